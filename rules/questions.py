"""Every question of the interview: its words, why it is asked, and who could settle it, in asking order.

One question for each fact. Its words may depend on the case, as `Variant` says; what it asks for never
does. Which question comes next is not decided here: the order below is only that in which the facts that
still matter are asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from rules.facts import CIRCUIT, COMPUTER, DEEMED, ENTRIES, HARDWARE, SOFTWARE, TECHNOLOGY, WEIGHTS
from rules.wording import _


@dataclass(frozen=True, slots=True)
class Option:
    """One answer: its value in a transaction, what people read, and a line that tells it from the others."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Wording:
    """What a question says in one case: the question itself and its line of help."""

    text: str
    help: str


@dataclass(frozen=True, slots=True)
class Variant:
    """Words that replace a question's own when every fact in ``when`` has one of its values."""

    when: Mapping[str, tuple[str, ...]]
    wording: Wording

    def fits(self, facts: Mapping[str, object]) -> bool:
        """Whether the known facts of a case call for these words."""
        return all(facts.get(name) in values for name, values in self.when.items())


@dataclass(frozen=True, slots=True)
class Question:
    """The question that asks for one fact.

    ``why`` says which test turns on the answer and ``citation`` where that test stands; ``find_out`` names
    the document that has the answer and ``who`` the people in a company who know it. ``unit`` is that of a
    number. ``options`` are the answers of a choice or a yes-or-no question; ``rules.questions.options``
    gives those that fit a case. ``not_sure`` says whether "I'm not sure" is offered.
    """

    fact: str
    text: str
    help: str
    why: str
    citation: str
    find_out: str
    who: str
    options: tuple[Option, ...] = ()
    unit: str = ""
    not_sure: bool = True
    variants: tuple[Variant, ...] = field(default=())

    def wording(self, facts: Mapping[str, object]) -> Wording:
        """The words of this question in a case: those of the first variant that fits, else its own."""
        for variant in self.variants:
            if variant.fits(facts):
                return variant.wording
        return Wording(self.text, self.help)

    def wordings(self) -> tuple[Wording, ...]:
        """Every form this question can take, its own first."""
        return (Wording(self.text, self.help), *(variant.wording for variant in self.variants))

    def to_json(self) -> dict[str, object]:
        """The question as plain data."""
        return {
            "fact": self.fact,
            "text": self.text,
            "help": self.help,
            "why": self.why,
            "citation": self.citation,
            "find_out": self.find_out,
            "who": self.who,
            "options": [{"value": o.value, "label": o.label, "hint": o.hint} for o in self.options],
            "unit": self.unit,
            "not_sure": self.not_sure,
            "variants": [
                {
                    "when": {name: list(values) for name, values in variant.when.items()},
                    "text": variant.wording.text,
                    "help": variant.wording.help,
                }
                for variant in self.variants
            ],
        }


def _when(text: str, line: str, **facts: tuple[str, ...]) -> Variant:
    return Variant(MappingProxyType(facts), Wording(text, line))


_ENGINEERING = _("product engineering")
_PRODUCT = _("product management")
_MODEL_TEAM = _("the team that trained the model")
_COUNSEL = _("trade compliance counsel")
_LOGISTICS = _("the shipping department")
_CUSTOMER = _("the customer's procurement contact")
_CUSTOMER_COUNSEL = _("the customer's export compliance officer")
_SECURITY = _("the security team of the facility")

_COMPANY_TESTS = "15 CFR 742.6(a)(6)(iii), (b)(10), (b)(14); 744.23(a)(3)(i); 740.2(a)(9)(ii); 740.27 to .29"
_ALL_TRAINING = _(
    "Count all pre-training and all later training, such as fine-tuning. Count the base model's, too. Do "
    "not count the work of collecting data. You can write 1e26, 10^26 or 1.2 × 10^26."
)
_NON_PLANAR = _(
    "TPP divided by die area in square millimeters. Count only logic dies with non-planar transistors, "
    "such as FinFET."
)
_EITHER_IS_ENOUGH = _(
    "Either one is enough. Yes if it was built for data centers, or if it is sold as fit for them."
)
_WHOLE_GROUP = _("Count the whole group. Count this shipment in.")
_CHIP_REPORT = _("Look at the chip report that the validated end user files with BIS twice a year.")

_YES_NO = (Option("true", _("Yes")), Option("false", _("No")))

QUESTIONS: tuple[Question, ...] = (
    Question(
        fact="item",
        text=_("What is this deal about?"),
        help=_(
            "Pick what will be sent or shared. For a cloud service that trains a customer's model, pick "
            "AI model weights."
        ),
        why=_("Each kind of item is on the control list under its own entries. Each has its own tests."),
        citation="supplement no. 1 to 15 CFR part 774, ECCNs 3A090, 4A090 and 4E091",
        find_out=_("Look at the quote, the order or the data sheet."),
        who=_PRODUCT,
        not_sure=False,
        options=(
            Option(
                "model_weights",
                _("AI model weights"),
                _("The values a model learned in training, also called its parameters, in any file format."),
            ),
            Option(
                "integrated_circuit",
                _("Chips"),
                _("Integrated circuits, such as a GPU, a TPU or another AI accelerator."),
            ),
            Option(
                "computer",
                _("Computers, or boards and parts with such chips in them"),
                _("Such as servers, racks, modules, graphics cards and other boards."),
            ),
            Option(
                "software",
                _("Software for such chips or computers"),
                _("Such as programs to design or make them, and listed encryption software."),
            ),
            Option(
                "technology",
                _("Technology for such chips or computers"),
                _("Know-how to design, make or use them, such as plans, drawings or manuals."),
            ),
            Option(
                "high_bandwidth_memory",
                _("High bandwidth memory"),
                _("Stacked memory (HBM) that is sold on its own."),
            ),
            Option(
                "other",
                _("Something else"),
                _("Nothing on this list, and not made for such chips or computers."),
            ),
        ),
    ),
    Question(
        fact="activity",
        text=_("What will happen to it?"),
        help=_(
            "Pick what you plan to do. Showing something to a person from abroad can count as an export, too."
        ),
        why=_("The rule covers each of these acts. Some license exceptions cover only some of them."),
        citation="15 CFR 734.13, 734.14 and 734.16; supplement no. 3 to part 732, red flag 28",
        find_out=_("Look at the delivery terms in the order, or at who will get access."),
        who=_LOGISTICS,
        not_sure=False,
        options=(
            Option("export", _("Export"), _("It leaves the United States.")),
            Option("reexport", _("Reexport"), _("It goes from one foreign country to another.")),
            Option(
                "transfer_in_country",
                _("Transfer (in-country)"),
                _("It stays in one foreign country, but gets a new end user or end use."),
            ),
            Option(
                "deemed_export",
                _("Deemed export"),
                _("A foreign person in the United States gets access to it."),
            ),
            Option(
                "deemed_reexport",
                _("Deemed reexport"),
                _("A person gets access to it in a foreign country that is not the person's own."),
            ),
            Option(
                "compute_service",
                _("Compute service"),
                _("Cloud or other computing helps a customer train a model. Nothing is sent."),
            ),
        ),
    ),
    Question(
        fact="date",
        text=_("On what day will it happen?"),
        help=_(
            "The day of the export, reexport, transfer, release or service. Write year, month and day, "
            "such as 2026-07-10."
        ),
        why=_("The rule has changed more than once. The text in force on that day decides."),
        citation="90 FR 4544; 90 FR 5298; 91 FR 1684; 91 FR 43034",
        find_out=_("Look at the delivery date in the order. If it is not fixed, use the day you plan for."),
        who=_LOGISTICS,
        not_sure=False,
        variants=(
            _when(
                _("On what day does the service start?"),
                _("The first day of the service. Write year, month and day, such as 2026-07-10."),
                activity=("compute_service",),
            ),
            _when(
                _("On what day will the person get access?"),
                _("The day of the release. Write year, month and day, such as 2026-07-10."),
                activity=DEEMED,
            ),
        ),
    ),
    Question(
        fact="origin",
        text=_("Is it of U.S. origin, or in the United States?"),
        help=_(
            "Pick the first answer if it was made in the United States, is there now, or moves through "
            "there on its way."
        ),
        why=_(
            "Items of U.S. origin are subject to the EAR wherever they are. A foreign item is only if "
            "another test brings it in."
        ),
        citation="15 CFR 734.3(a)",
        find_out=_("Look at the certificate of origin and the shipping route."),
        who=_PRODUCT,
        options=(
            Option(
                "us", _("Yes"), _("It is of U.S. origin, or it is in or moving through the United States.")
            ),
            Option(
                "foreign",
                _("No, it is foreign"),
                _("It was made abroad, and it is not in or moving through the United States."),
            ),
        ),
        variants=(
            _when(
                _("Are the weights of U.S. origin, or in the United States?"),
                _(
                    "Pick the first answer if the model was made in the United States, or if its weights "
                    "are there or move through there."
                ),
                item=(WEIGHTS,),
            ),
        ),
    ),
    Question(
        fact="foreign_direct_product",
        text=_("Is it a foreign direct product under the chip rule?"),
        help=_(
            "Yes if it is the direct product of listed technology or software that is subject to the EAR. "
            "Yes, too, if a plant abroad made it, and the plant or a major component of it is a direct "
            "product of listed U.S. technology or software. It must also be in 3A090, 4A090, a listed .z "
            "paragraph, 3E001 for 3A090, or 4E001 for 4A090."
        ),
        why=_("A foreign item comes under the EAR if it meets this test."),
        citation="15 CFR 734.9(h)(1)",
        find_out=_(
            "Ask the maker for a statement on how and where it was made. Counsel should compare it with "
            "the paragraph."
        ),
        who=_COUNSEL,
        options=_YES_NO,
        variants=(
            _when(
                _("Was the model trained abroad on equipment that the EAR controls?"),
                _(
                    "Yes if it was trained outside the United States in a plant that is itself subject to "
                    "the EAR and listed, or with a major component of a plant that is. Listed means "
                    "3A090, 4A090, or the .z paragraphs of 3A001, 4A003, 4A004, 4A005, 5A002, 5A004 or "
                    "5A992. Fine-tuning and other later changes count."
                ),
                item=(WEIGHTS,),
            ),
        ),
    ),
    Question(
        fact="de_minimis_exceeded",
        text=_("Does it hold more than the de minimis share of controlled U.S. content?"),
        help=_(
            "The limit is 25 percent. For Country Groups E:1 and E:2 it is 10 percent. Count only U.S. "
            "content that is controlled."
        ),
        why=_("A foreign item with more U.S. content than this comes under the EAR."),
        citation="15 CFR 734.4",
        find_out=_("Look at the bill of materials and the de minimis worksheet."),
        who=_COUNSEL,
        options=_YES_NO,
    ),
    Question(
        fact="weights_status",
        text=_("Are the model weights published?"),
        help=_("Published means open to the public with no limits on passing it on."),
        why=_("Published weights are outside 4E091. Weights that build on published ones can be."),
        citation="ECCN 4E091, note 1; 15 CFR 734.7(a)",
        find_out=_("Look at the model's license and the page it is posted on."),
        who=_MODEL_TEAM,
        options=(
            Option(
                "closed", _("No, they are closed"), _("Not published, and not built on published weights.")
            ),
            Option(
                "published",
                _("Yes, these very weights are published"),
                _("Anyone can get them and pass them on."),
            ),
            Option(
                "derived_from_published",
                _("No, but they build on published weights"),
                _("A model with published weights was trained further, and the result is not published."),
            ),
        ),
    ),
    Question(
        fact="training_operations",
        text=_("How many operations did it take to train the model in all?"),
        help=_ALL_TRAINING,
        why=_("A model is in 4E091 only if it took 10^26 or more operations."),
        citation="ECCN 4E091, heading and technical note 2",
        find_out=_(
            "Look at the training report. Or multiply 6 by the number of weights and by the number of "
            "training tokens."
        ),
        who=_MODEL_TEAM,
        unit=_("operations"),
        variants=(
            _when(
                _("How many operations will it take to train the customer's model in all?"),
                _ALL_TRAINING,
                activity=("compute_service",),
            ),
        ),
    ),
    Question(
        fact="additional_operations",
        text=_("How many operations were added to the published base model?"),
        help=_(
            "Count only the training done on top of the published model. It cannot be more than the total "
            "you gave."
        ),
        why=_(
            "A model built on published weights stays outside 4E091 up to a limit. The limit is 2.5 × "
            "10^25 added operations or 25 percent, whichever is higher."
        ),
        citation="ECCN 4E091, note 1",
        find_out=_("Look at the report on the later training."),
        who=_MODEL_TEAM,
        unit=_("operations"),
    ),
    Question(
        fact="synthetic_data",
        text=_("Did more than 10 percent of the operations train on unpublished data from an AI model?"),
        help=_(
            "Yes if one model made that data; all versions of a model count as one. Yes, too, if several "
            "models made it and their weights are unpublished."
        ),
        why=_("If so, some of the work on those models is added to this model's operations."),
        citation="ECCN 4E091, technical note 3",
        find_out=_("Look at the list of training data and where each part came from."),
        who=_MODEL_TEAM,
        options=_YES_NO,
    ),
    Question(
        fact="synthetic_data_operations",
        text=_("How many operations does that synthetic data add?"),
        help=_(
            "If one model made the data, count the operations that made it. If its weights are "
            "unpublished, add those that trained it. Of several unpublished models, count only the "
            "training of the one that took the most. Count no operation twice."
        ),
        why=_("These operations are added before the total is held against 10^26."),
        citation="ECCN 4E091, technical note 3",
        find_out=_("Look at the training report of the model that made the data."),
        who=_MODEL_TEAM,
        unit=_("operations"),
    ),
    Question(
        fact="below_published_frontier",
        text=_("Is it shown that the model is below the best published model?"),
        help=_(
            "The test is whether it took fewer operations than a model as able as the best published one "
            "would need. Yes only if BIS guidance, a technical opinion of the U.S. AI Safety Institute "
            "and the Department of Energy, or a BIS ruling on a classification request shows it."
        ),
        why=_("Note 2 takes such a model out of 4E091."),
        citation="ECCN 4E091, note 2; 15 CFR 748.3(f)",
        find_out=_(
            "Look for the guidance, the opinion or the BIS ruling. A test score by itself is not enough."
        ),
        who=_COUNSEL,
        options=_YES_NO,
    ),
    Question(
        fact="entry",
        text=_("Which control list entry fits it before you look at its speed?"),
        help=_("Use the ECCN on the data sheet, without any .z."),
        why=_("The entry decides which license exceptions can apply."),
        citation="supplement no. 1 to 15 CFR part 774",
        find_out=_("Look at the data sheet, or at the classification record."),
        who=_COUNSEL,
        options=(
            Option("3A090", _("3A090: powerful chips"), _("Pick this one if no other entry fits the chip.")),
            Option(
                "4A090",
                _("4A090: computers with such chips"),
                _("Pick this one if no other entry fits the computer."),
            ),
            Option(
                "3A001",
                _("3A001: other listed electronics"),
                _("The chip is listed for another trait of its own."),
            ),
            Option(
                "4A003",
                _("4A003: digital computers and boards"),
                _("Listed for their computing speed, or for linking computers."),
            ),
            Option(
                "4A004", _("4A004: special computers"), _("Systolic array, neural and optical computers.")
            ),
            Option(
                "4A005",
                _("4A005: systems for intrusion software"),
                _("Made to create, control or deliver it."),
            ),
            Option(
                "5A002",
                _("5A002: information security items"),
                _("Encryption products that are not mass market."),
            ),
            Option(
                "5A004",
                _("5A004: items that defeat information security"),
                _("Made to break, weaken or get around encryption."),
            ),
            Option(
                "5A992",
                _("5A992: mass market encryption items"),
                _("Encryption products that are not in 5A002."),
            ),
            Option(
                "3D001",
                _("3D001: software for chips"),
                _("Made to develop or produce listed chips, such as those in 3A090."),
            ),
            Option(
                "4D001",
                _("4D001: software for listed computers"),
                _("For computers in 4A003, 4A004 or 4A005."),
            ),
            Option(
                "4D090",
                _("4D090: software for AI computers"),
                _("Made to develop or produce items in 4A090."),
            ),
            Option(
                "5D002",
                _("5D002: information security software"),
                _("Encryption software that is not mass market."),
            ),
            Option(
                "5D992",
                _("5D992: mass market encryption software"),
                _("Encryption software that is not in 5D002."),
            ),
            Option(
                "3E001",
                _("3E001: technology for chips"),
                _("To develop or produce listed chips, such as those in 3A090."),
            ),
            Option(
                "4E001",
                _("4E001: technology for computers"),
                _("For listed computers, such as those in 4A003 or 4A090."),
            ),
            Option(
                "5E002", _("5E002: information security technology"), _("For items in 5A002, 5A004 or 5D002.")
            ),
            Option(
                "5E992", _("5E992: technology for mass market encryption"), _("For items in 5A992 or 5D992.")
            ),
        ),
        variants=(
            _when(
                _("Which control list entry fits the chip before you look at its speed?"),
                _("Use the ECCN on the data sheet, without any .z. If no other entry fits, pick 3A090."),
                item=(CIRCUIT,),
            ),
            _when(
                _("Which control list entry fits the computer before you look at its speed?"),
                _("Use the ECCN on the data sheet, without any .z. If no other entry fits, pick 4A090."),
                item=(COMPUTER,),
            ),
        ),
    ),
    Question(
        fact="tpp",
        text=_("What is the TPP of one chip?"),
        help=_(
            "Total processing performance (TPP) is 2 × MacTOPS × bit length, added up over the whole "
            "chip. That is often the peak TOPS on the data sheet times the bit length. Take the highest "
            "result, without sparsity."
        ),
        why=_("TPP decides between branch a, branch b and neither."),
        citation="ECCN 3A090, technical notes 1 to 3",
        find_out=_("Look at the data sheet: the peak dense TOPS or TFLOPS at each bit length."),
        who=_ENGINEERING,
        unit="TPP",
        variants=(
            _when(
                _("What is the TPP of the chip that decides the computer's class?"),
                _(
                    "Take the one chip inside that puts the computer in its branch: one in branch a, if "
                    "there is any. Do not add chips up. TPP is 2 × MacTOPS × bit length, the highest "
                    "result, without sparsity."
                ),
                item=(COMPUTER,),
            ),
            _when(
                _("What is the TPP of the chip or computer it is for?"),
                _(
                    "For a computer, take the one chip inside that puts it in its branch. TPP is 2 × "
                    "MacTOPS × bit length, the highest result, without sparsity."
                ),
                item=(SOFTWARE, TECHNOLOGY),
            ),
        ),
    ),
    Question(
        fact="performance_density",
        text=_("What is the chip's performance density?"),
        help=_NON_PLANAR,
        why=_(
            "A chip with less TPP can still be in branch a or branch b if it packs that power into a "
            "small area."
        ),
        citation="ECCN 3A090, technical note 4",
        find_out=_("Look at the data sheet for the die area, or ask the maker."),
        who=_ENGINEERING,
        unit=_("TPP per mm²"),
        variants=(
            _when(
                _("What is that chip's performance density?"),
                _NON_PLANAR,
                item=(COMPUTER, SOFTWARE, TECHNOLOGY),
            ),
        ),
    ),
    Question(
        fact="datacenter",
        text=_("Is it designed or marketed for data centers?"),
        help=_EITHER_IS_ENOUGH,
        why=_(
            "Below 4,800 TPP, only data center items are covered. At or above it, other items may use NAC "
            "or ACA."
        ),
        citation="ECCN 3A090, note 2; 15 CFR 740.8(a)",
        find_out=_("Look at the data sheet, the ads and the product page."),
        who=_PRODUCT,
        options=_YES_NO,
        variants=(
            _when(
                _("Is the chip or computer it is for designed or marketed for data centers?"),
                _EITHER_IS_ENOUGH,
                item=(SOFTWARE, TECHNOLOGY),
            ),
        ),
    ),
    Question(
        fact="destination",
        text=_("Where is it going?"),
        help=_(
            "Pick the country where it will end up, not one it passes through. Hong Kong counts as China."
        ),
        why=_("What is required, and which license exceptions apply, turns on the country it goes to."),
        citation="15 CFR 742.6(a)(6)(iii), (a)(13) and (b)(10); supplements no. 1 and no. 5 to part 740",
        find_out=_("Look at the ship-to address and the end-use statement."),
        who=_CUSTOMER,
        variants=(
            _when(
                _("What is the person's country?"),
                _(
                    "Pick the country that the person was last a citizen or permanent resident of. Hong "
                    "Kong counts as China."
                ),
                activity=DEEMED,
            ),
            _when(
                _("In which country does it change hands?"),
                _("Pick the country where it is and will stay. Hong Kong counts as China."),
                activity=("transfer_in_country",),
            ),
            _when(
                _("Where are the weights going?"),
                _(
                    "Pick the country where the files will be, not one they pass through. Hong Kong "
                    "counts as China."
                ),
                item=(WEIGHTS,),
            ),
        ),
    ),
    Question(
        fact="headquarters",
        text=_("Where is the recipient headquartered?"),
        help=_(
            "Look at the end user and the ultimate consignee. If they differ, pick the most restricted: "
            "first any in Country Group D:5 or Macau, then any outside the AI Authorization countries."
        ),
        why=_("Many tests look at where the company is based, not only at where the item goes."),
        citation=_COMPANY_TESTS,
        find_out=_("Look at the company register or the annual report. Note down which one you used."),
        who=_CUSTOMER,
        variants=(
            _when(
                _("Where is the customer of the service headquartered?"),
                _(
                    "Pick the country of its main office. If there are several customers, pick the most "
                    "restricted: first any in Country Group D:5 or Macau, then any outside the AI "
                    "Authorization countries."
                ),
                activity=("compute_service",),
            ),
            _when(
                _("Where is the person's employer headquartered?"),
                _(
                    "Pick the country of its main office. If there are several employers, pick the most "
                    "restricted: first any in Country Group D:5 or Macau, then any outside the AI "
                    "Authorization countries."
                ),
                activity=DEEMED,
            ),
        ),
    ),
    Question(
        fact="ultimate_parent",
        text=_("Where is the recipient's ultimate parent headquartered?"),
        help=_(
            "The ultimate parent is the company at the top of the group. If there is none, pick where the "
            "recipient itself is headquartered. Of several, pick the most restricted: first any in "
            "Country Group D:5 or Macau, then any outside the AI Authorization countries."
        ),
        why=_("Most tests that look at a company's headquarters look at its ultimate parent's, too."),
        citation=_COMPANY_TESTS,
        find_out=_("Look at the annual report or the group chart. Note down which one you used."),
        who=_CUSTOMER,
        variants=(
            _when(
                _("Where is the customer's ultimate parent headquartered?"),
                _(
                    "The ultimate parent is the company at the top of the group. If there is none, pick "
                    "where the customer itself is headquartered. Of several, pick the most restricted: "
                    "first any in Country Group D:5 or Macau, then any outside the AI Authorization "
                    "countries."
                ),
                activity=("compute_service",),
            ),
            _when(
                _("Where is the employer's ultimate parent headquartered?"),
                _(
                    "The ultimate parent is the company at the top of the group. If there is none, pick "
                    "where the employer itself is headquartered. Of several, pick the most restricted: "
                    "first any in Country Group D:5 or Macau, then any outside the AI Authorization "
                    "countries."
                ),
                activity=DEEMED,
            ),
        ),
    ),
    Question(
        fact="part_744_concern",
        text=_(
            "Do you know or suspect a prohibited end use or end user, a listed party or an open red flag?"
        ),
        help=_(
            "Any one of these is enough. Part 744 says which end uses and end users are prohibited. A red "
            "flag is open until someone has resolved it."
        ),
        why=_("Part 744 can require a license on its own, whatever the other tests say."),
        citation="15 CFR part 744; supplement no. 3 to part 732",
        find_out=_("Look at the screening report for every party, and at the end-use statement."),
        who=_COUNSEL,
        options=_YES_NO,
    ),
    Question(
        fact="uae_exempt_recipient",
        text=_("Is the recipient exempt under the United Arab Emirates rule?"),
        help=_(
            "Yes for the UAE Government, and for a recipient that the rule names. Check that its approval "
            "still holds on that day."
        ),
        why=_("Since July 10, 2026, another part of the EAR covers such recipients in the UAE."),
        citation="91 FR 43034; 15 CFR 740.2(a)(26); supplement no. 8 to part 740",
        find_out=_(
            "Look at supplement no. 8 to part 740. The approvals of G42 and Core42 end on April 6, 2027, "
            "unless they become U.S. companies."
        ),
        who=_COUNSEL,
        options=_YES_NO,
    ),
    Question(
        fact="permanent_regular_employee",
        text=_("Is the person a permanent and regular employee of that company?"),
        help=_(
            "Yes if employed for a year or more. Yes, too, for a long-term contract worker who works full "
            "time, on site and only for the company, takes its orders, and has signed not to disclose. A "
            "staffing firm must have no part in the work."
        ),
        why=_(
            "The control on 4E091 weights does not reach such a person if the company or its ultimate "
            "parent is headquartered in an AI Authorization country."
        ),
        citation="15 CFR 742.6(a)(13); 734.20(d)(2)",
        find_out=_("Look at the work contract. Counsel should compare it with the paragraph."),
        who=_("the human resources department"),
        options=_YES_NO,
    ),
    Question(
        fact="storage_compliant",
        text=_("Will the weights be stored in a facility that meets all three security paragraphs?"),
        help=_(
            "Yes only if it meets paragraphs 14 (chips and data), 15 (AI security) and 18 (staff) of "
            "supplement no. 10 to part 748. It need not be a validated end user's."
        ),
        why=_("License Exception AIA covers weights only if they are stored in such a place."),
        citation="15 CFR 740.27(a)(3)(ii); supplement no. 10 to part 748, paragraphs 14, 15 and 18",
        find_out=_(
            "Look at the security audit of the site, and at the yearly report of its outside assessor."
        ),
        who=_SECURITY,
        options=_YES_NO,
    ),
    Question(
        fact="authorized_designer",
        text=_("Was the chip designed by an approved or authorized chip designer?"),
        help=_(
            "BIS lists approved designers in supplement no. 6 to part 740. Note 1 to 3A090.a says who is "
            "authorized on that day."
        ),
        why=_("Since January 16, 2025, AIA and ACM cover some chips only if such a company designed them."),
        citation="90 FR 5298; note 1 to ECCN 3A090.a; supplement no. 6 to part 740; 15 CFR 740.27 and 740.28",
        find_out=_("Look at supplement no. 6 to part 740, or ask the maker who designed the chip."),
        who=_ENGINEERING,
        options=_YES_NO,
    ),
    Question(
        fact="trains_4e091_for_outsiders",
        text=_("Will the recipient train a 4E091 model for someone outside the AI Authorization countries?"),
        help=_(
            "Yes if that entity is located or headquartered outside those countries, or if its ultimate "
            "parent is. A 4E091 model is one that takes 10^26 or more operations to train."
        ),
        why=_("AIA does not cover chips and computers for such work."),
        citation="15 CFR 740.27(a) and (b)(2)(iii)",
        find_out=_("Look at the certification that the ultimate consignee signs before AIA is used."),
        who=_CUSTOMER_COUNSEL,
        options=_YES_NO,
    ),
    Question(
        fact="direct_to_consignee",
        text=_("Does it go directly to one ultimate consignee?"),
        help=_("Here the ultimate consignee is the ultimate parent that owns the items."),
        why=_("LPP covers only items that go directly to a single ultimate consignee."),
        citation="15 CFR 740.29(a) and (h)(1)",
        find_out=_("Look at the order: who buys the items, and who will own them?"),
        who=_CUSTOMER,
        options=_YES_NO,
    ),
    Question(
        fact="units",
        text=_("How many such chips are in this shipment?"),
        help=_("Count each chip. A whole number."),
        why=_("LPP has a yearly limit. TPP times the number of chips counts against it."),
        citation="15 CFR 740.29(a) and (d)",
        find_out=_("Look at the packing list or the order."),
        who=_LOGISTICS,
        unit=_("chips"),
        variants=(
            _when(
                _("How many such chips are in this shipment, in all its computers together?"),
                _("Count each chip. A server with eight chips counts as eight. A whole number."),
                item=(COMPUTER,),
            ),
        ),
    ),
    Question(
        fact="lpp_tpp_received_this_year",
        text=_("How much TPP has the ultimate consignee had under LPP this calendar year?"),
        help=_(
            "Count what it has had from everyone, not only from you. Leave this shipment out. Write 0 if it "
            "had none. Here the ultimate consignee is the ultimate parent that owns the items."
        ),
        why=_("This shipment must fit into what is left of 26,900,000 TPP for the year."),
        citation="15 CFR 740.29(d) and (h)",
        find_out=_("Look at the certification that the ultimate consignee signs before LPP is used."),
        who=_CUSTOMER_COUNSEL,
        unit="TPP",
    ),
    Question(
        fact="purpose",
        text=_("What will the recipient do with it?"),
        help=_("Pick its main plan for these items."),
        why=_("ACM covers only making and storing. The approvals for data centers do not cover those."),
        citation="15 CFR 740.28(a); 748.15",
        find_out=_("Look at the end-use statement."),
        who=_CUSTOMER,
        options=(
            Option(
                "own_use", _("Use it for its own work"), _("Such as research, or a data center of its own.")
            ),
            Option(
                "manufacturing",
                _("Make or store goods for others"),
                _("Development, production, or storage before the items go on to customers."),
            ),
            Option("cloud_service", _("Run a cloud service"), _("Customers will rent the computing power.")),
        ),
    ),
    Question(
        fact="private_sector",
        text=_("Is the recipient in the private sector?"),
        help=_(
            "Yes if it is not a government, does not act for one, and none owns or controls it. Its "
            "parents and sister firms count, too. The U.S. Government does not count as a government "
            "here."
        ),
        why=_("ACM is only for private sector end users."),
        citation="15 CFR 740.28(a) and (d)",
        find_out=_("Look at who owns the company, in the annual report or the company register."),
        who=_CUSTOMER,
        options=_YES_NO,
    ),
    Question(
        fact="final_customers_outside_d5",
        text=_("Are the final customers all outside Country Group D:5 and Macau?"),
        help=_("Yes if what is made or stored is in the end for customers outside those places."),
        why=_("ACM covers only items that are in the end for such customers."),
        citation="15 CFR 740.28(a)",
        find_out=_("Look at the recipient's list of customers for these items."),
        who=_CUSTOMER,
        options=_YES_NO,
    ),
    Question(
        fact="veu",
        text=_("Is the recipient a listed validated end user for data centers?"),
        help=_(
            "BIS lists them in supplement no. 7 to part 748. Until the list is updated, a BIS letter of "
            "approval will do."
        ),
        why=_("A validated end user can get many items without a license, within limits."),
        citation="15 CFR 748.15; supplement no. 7 to part 748",
        find_out=_("Look at supplement no. 7 to part 748, or ask for the letter from BIS."),
        who=_CUSTOMER_COUNSEL,
        options=(
            Option("none", _("No")),
            Option("uveu", _("Yes, a universal one (UVEU)"), _("Approved for sites in many countries.")),
            Option(
                "nveu",
                _("Yes, a national one (NVEU) for this destination"),
                _("Approved for this very country. One for another country is a No."),
            ),
        ),
    ),
    Question(
        fact="uveu_total_tpp",
        text=_("How much AI computing power does the UVEU's whole group own?"),
        help=_(
            "Add the TPP of all chips at or above 3A090.a, with those of parents and subsidiaries. Count "
            "this shipment in."
        ),
        why=_("The shares that a UVEU may have in each place are shares of this total."),
        citation="supplement no. 10 to 15 CFR part 748, paragraph 6",
        find_out=_CHIP_REPORT,
        who=_CUSTOMER_COUNSEL,
        unit="TPP",
    ),
    Question(
        fact="uveu_outside_tpp",
        text=_("How much of that TPP is outside the AI Authorization countries?"),
        help=_WHOLE_GROUP,
        why=_("A UVEU may have no more than 25 percent of its total there."),
        citation="supplement no. 10 to 15 CFR part 748, paragraph 6",
        find_out=_CHIP_REPORT,
        who=_CUSTOMER_COUNSEL,
        unit="TPP",
    ),
    Question(
        fact="uveu_country_tpp",
        text=_("How much of that TPP is in the country it is going to?"),
        help=_WHOLE_GROUP,
        why=_(
            "A UVEU may have no more than 7 percent of its total in any one country outside the AI "
            "Authorization countries."
        ),
        citation="supplement no. 10 to 15 CFR part 748, paragraph 6",
        find_out=_CHIP_REPORT,
        who=_CUSTOMER_COUNSEL,
        unit="TPP",
    ),
    Question(
        fact="uveu_outside_us_tpp",
        text=_("How much of that TPP is outside the United States?"),
        help=_WHOLE_GROUP,
        why=_(
            "A UVEU with headquarters or an ultimate parent in the United States may have no more than 50 "
            "percent of its total abroad."
        ),
        citation="supplement no. 10 to 15 CFR part 748, paragraph 6",
        find_out=_CHIP_REPORT,
        who=_CUSTOMER_COUNSEL,
        unit="TPP",
    ),
    Question(
        fact="nveu_installed_tpp",
        text=_("How much TPP will the NVEU have installed in the country it is going to?"),
        help=_(
            "Count its branch a chips and computers there. Count this shipment in. Leave out what was "
            "lost, broke, moved away or was sold."
        ),
        why=_(
            "Each quarter sets how much an NVEU may have installed in its country. There is no figure "
            "after 2027."
        ),
        citation="15 CFR 748.15(a)(2)(iii)(B)",
        find_out=_CHIP_REPORT,
        who=_CUSTOMER_COUNSEL,
        unit="TPP",
    ),
    Question(
        fact="dram_bandwidth",
        text=_("What is the total DRAM bandwidth of one chip?"),
        help=_("Add up the memory bandwidth of all its DRAM. Give it in GB/s: 4.8 TB/s is 4,800."),
        why=_(
            "Since January 15, 2026, BIS looks case by case at some chips for China and Macau. This "
            "figure must be below 6,500."
        ),
        citation="91 FR 1684; 15 CFR 742.6(b)(10)(iii)(A)(1); supplement no. 2 to part 748, paragraph (dd)",
        find_out=_("Look at the data sheet: memory bandwidth."),
        who=_ENGINEERING,
        unit="GB/s",
    ),
    Question(
        fact="china_certifications",
        text=_("Can you give every certification for exports to China or Macau?"),
        help=_(
            "All of them: the chip's data, enough supply in the United States, no more than 50 percent of "
            "U.S. sales, customer and security checks, and a test by a U.S. lab before each export."
        ),
        why=_(
            "BIS looks case by case only at requests that come with all of them. Others meet a "
            "presumption of denial."
        ),
        citation="91 FR 1684; supplement no. 2 to 15 CFR part 748, paragraph (dd)",
        find_out=_("Compare your papers with paragraph (dd), point by point."),
        who=_COUNSEL,
        options=_YES_NO,
    ),
    Question(
        fact="exceeds_country_allocation",
        text=_("Does this go past what is left of the country's allocation?"),
        help=_(
            "Each country outside supplement no. 5 has 790,000,000 TPP for 2025 to 2027. BIS posts "
            "whether it is used up."
        ),
        why=_("Within the allocation, approval is presumed. Beyond it, the policy is denial."),
        citation="15 CFR 742.6(b)(10)(iii)(B)",
        find_out=_("Look at the advanced computing page on the BIS website, or ask BIS."),
        who=_COUNSEL,
        options=_YES_NO,
    ),
)
"""Every question, in asking order."""

BY_FACT: Mapping[str, Question] = MappingProxyType({question.fact: question for question in QUESTIONS})
"""The questions by the fact they ask for."""


def options(question: Question, facts: Mapping[str, object]) -> tuple[Option, ...]:
    """The answers to offer in a case: those of ``question`` that its other answers leave open.

    The entries are those of the item's kind (supplement no. 1 to part 774), and hardware is never released
    to a person (15 CFR 734.13(a)(2)). While the item is unknown, every answer is offered.
    """
    item = facts.get("item")
    if question.fact == "entry" and item in ENTRIES:
        return tuple(option for option in question.options if option.value in ENTRIES[str(item)])
    if question.fact == "activity" and item in HARDWARE:
        return tuple(option for option in question.options if option.value not in DEEMED)
    return question.options
