"""The signs of an emergency: whoever shows one is not booked for but sent to hospital at once, each with what to do now and its source.

The annex the district's measures name (R116) is not among the documents; these are the immediate criteria of the national guidelines.
"""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from vault.refusal import Sentence

HYPERTENSION: Final = _("National guideline on hypertension for community care")
DIABETES: Final = _("National guideline on diabetes for community care (2025)")
CORONARY: Final = _("Graded care of acute coronary syndrome (2021)")
STROKE: Final = _("Graded care of cerebrovascular disease")
LUNG: Final = _("Graded care of chronic obstructive pulmonary disease (2016)")
KIDNEY: Final = _("Graded care of chronic kidney disease (2022)")
CALL: Final = _("Call 120 now.")


@dataclass(frozen=True, slots=True)
class Sign:
    """One criterion: its code, what is seen, what to do until the ambulance takes over, and the document it stands in."""

    code: str
    words: Sentence
    now: Sentence
    source: Sentence


SIGNS: Final = (
    Sign(
        "consciousness",
        _("loss or clouding of consciousness"),
        _("Lay the patient on the side, keep the airway free, measure blood pressure and glucose, do not leave the patient alone."),
        HYPERTENSION,
    ),
    Sign(
        "stroke",
        _("sudden face droop, arm weakness, speech trouble, loss of sight or worst headache"),
        _("Note when the patient was last seen well, give nothing by mouth, do not lower the blood pressure, ask for a stroke centre."),
        STROKE,
    ),
    Sign(
        "coronary",
        _("suspected acute coronary syndrome: chest pain for 10 minutes or more, with sweating or ST elevation"),
        _("Record an ECG, note when it began, keep the patient at rest with the defibrillator at hand, ask for a chest pain centre."),
        CORONARY,
    ),
    Sign(
        "aorta",
        _("raised blood pressure with lasting severe chest or back pain"),
        _("Keep the patient lying still, measure both arms, ask for a hospital with heart surgery."),
        HYPERTENSION,
    ),
    Sign(
        "pressure",
        _("blood pressure of 180/110 or more with severe headache, vomiting, or sudden speech trouble or paralysis"),
        _("Keep the patient lying with the head raised, measure every five minutes, do not lower the pressure fast."),
        HYPERTENSION,
    ),
    Sign(
        "heart_failure",
        _("dyspnoea with leg oedema, cannot lie flat"),
        _("Let the patient sit with the legs down, give oxygen, watch saturation and rhythm."),
        HYPERTENSION,
    ),
    Sign(
        "circulation",
        _("very low blood pressure, very slow or fast pulse, unexplained syncope, severe allergic reaction"),
        _("Lay the patient flat with the legs raised, open a vein; give adrenaline into the thigh for an allergic shock."),
        HYPERTENSION,
    ),
    Sign(
        "glucose",
        _("severe hypoglycaemia, ketoacidosis or hyperosmolar state"),
        _("Measure glucose; give sugar to a patient who can swallow, glucose into a vein otherwise; with very high values give saline."),
        DIABETES,
    ),
    Sign(
        "organ",
        _("sudden loss of sight, acute kidney failure, or a limb without blood supply"),
        _("Note when it began, keep the limb warm and still, give nothing by mouth."),
        DIABETES,
    ),
    Sign(
        "breathing",
        _("dyspnoea at rest, new cyanosis, or oxygen saturation below 90% that does not rise"),
        _("Let the patient sit, give oxygen at a low rate until saturation is 88 to 92%, give a bronchodilator."),
        LUNG,
    ),
    Sign(
        "potassium",
        _("potassium above 6.0 mmol/L"),
        _("Record an ECG, give calcium into a vein when it has changed, stop every drug that raises potassium."),
        KIDNEY,
    ),
)
BY_CODE: Final = {sign.code: sign for sign in SIGNS}


def sign_of(code: str) -> Sign:
    """The sign behind a code; one that is no longer on the list still is an emergency."""
    return BY_CODE.get(code) or Sign(code, _("an emergency sign that is no longer on the list"), _("Examine the patient now."), "")


def advice_on(code: str) -> str:
    """The call first, then what to do until the ambulance takes over."""
    return pgettext("two sentences", "%(first)s %(second)s") % {"first": CALL, "second": sign_of(code).now}
