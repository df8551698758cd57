"""Says so where PyPI's `logto` is installed too: both write the same files, so neither could be trusted."""

from importlib.metadata import PackageNotFoundError, distribution


def refuse_another_logto() -> None:
    """Raise `ImportError` where a distribution named `logto` is installed; ours is `narthex-logto`."""
    try:
        found = distribution("logto")
    except PackageNotFoundError:
        return
    raise ImportError(
        f"The package logto {found.version} of the index is installed beside narthex-logto, which takes its place. "
        "Keep one of them: pip uninstall logto narthex-logto, then pip install narthex-logto (or logto)."
    )
