"""Sign-in experience: how the hosted pages look and what they offer, with a live preview."""

from narthex.console.pages.sign_in_experience import introduction, languages, previewing, tabs
from narthex.console.route import Route

ROUTES = (
    Route("GET", "sign-in-experience", introduction.show),
    Route("POST", "sign-in-experience", introduction.go_on),
    Route("GET", "sign-in-experience/preview", previewing.saved),
    Route("POST", "sign-in-experience/preview", previewing.unsaved),
    Route("POST", "sign-in-experience/languages", languages.add),
    Route("GET", "sign-in-experience/languages/{tag}", languages.show),
    Route("POST", "sign-in-experience/languages/{tag}", languages.save),
    Route("POST", "sign-in-experience/languages/{tag}/delete", languages.delete),
    Route("GET", "sign-in-experience/{tab}", tabs.show),
    Route("POST", "sign-in-experience/{tab}", tabs.save),
)
