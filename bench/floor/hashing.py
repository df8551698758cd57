"""`python -m bench.floor.hashing COUNT`: the floor of a password sign-in, the Argon2id hash that it contains.

Prints the CPU time of one verification in ns, made as the server makes it: in a thread, with 19 MiB that are new to it.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

PASSWORD = b"correct-Horse-42-staple"


def main() -> None:
    """Measure, once warm."""
    # OWASP's parameters, which are ours too: 19 MiB, two passes, one lane.
    kdf = Argon2id(salt=b"salt-of-a-bench-", length=32, iterations=2, lanes=1, memory_cost=19 * 1024)
    known, count = kdf.derive_phc_encoded(PASSWORD), int(sys.argv[1])
    with ThreadPoolExecutor(1) as pool:
        pool.submit(Argon2id.verify_phc_encoded, PASSWORD, known).result()
        began = time.process_time_ns()
        for _ in range(count):
            pool.submit(Argon2id.verify_phc_encoded, PASSWORD, known).result()
        print((time.process_time_ns() - began) // count)


if __name__ == "__main__":
    main()
