"""Our own stylesheets, ES modules, icons and marks, as the browser gets them.

The sources lie in `css/` and `js/` beside this file; a bundle joins some of them, so that a page asks for one
stylesheet and at most one module. A bundle's address carries a digest of its content and may be kept for ever; a
tenant's colours travel in the query of the stylesheet's address. Knows no request, no tenant and no database.
"""

from narthex.static.brand import brand_rules
from narthex.static.bundles import Asset, asset_name, bundle, find, hosted_stylesheet
from narthex.static.icons import icon

__all__ = ["Asset", "asset_name", "brand_rules", "bundle", "find", "hosted_stylesheet", "icon"]
