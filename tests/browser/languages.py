"""In which languages and at which width people walk; more of both in ``make release``.

``BROWSER_LANGUAGES="en ky ru kk"`` walks the pathway and looks at every page in each of these;
``BROWSER_WIDTHS="1280 360"`` walks the pathway on a desk's screen and on a phone's.
"""

import os

from tests.browser.person import DESK_WIDTH

_GIVEN = tuple(os.environ.get("BROWSER_LANGUAGES", "").split())

WALKED = _GIVEN or ("en", "ky")
LOOKED_AT = _GIVEN or ("ky",)
WIDTHS_WALKED = tuple(map(int, os.environ.get("BROWSER_WIDTHS", "").split())) or (DESK_WIDTH,)
