"""Calculators beside number questions, and the product catalog."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from rules.chips import CATALOG, facts_of
from tests.factories import CHIPS_TO_POLAND, WEIGHTS_TO_GERMANY, CaseFactory
from tests.wizard.conftest import SignIn
from wizard.estimates import ESTIMATES, TooLongError
from wizard.models import Case


def weights_case(owner: User) -> Case:
    answers = {name: value for name, value in WEIGHTS_TO_GERMANY.items() if name != "training_operations"}
    return CaseFactory.create(owner=owner, answers=answers)


def chips_case(owner: User) -> Case:
    answers = {name: value for name, value in CHIPS_TO_POLAND.items() if name != "entry"}
    return CaseFactory.create(owner=owner, answers=answers)


SIX_ND = {"parameters": "70,000,000,000", "tokens": "1.5e13"}


def test_estimates_are_exact() -> None:
    six_nd, gpu_hours = ESTIMATES["training_operations"]
    (data_sheet,) = ESTIMATES["tpp"]
    assert six_nd.result({"parameters": Decimal(7) * 10**10, "tokens": Decimal("1.5e13")}) == "6.3e24"
    hours = {"hours": Decimal(30_000_000), "teraflops": Decimal(989), "percent": Decimal(100)}
    assert gpu_hours.result(hours) == "1.06812e26"
    assert data_sheet.result({"tops": Decimal("1978.9"), "bits": Decimal(8)}) == "15831.2"
    third = {"parameters": Decimal("1." + "3" * 40), "tokens": Decimal("1." + "7" * 40)}
    with pytest.raises(TooLongError):
        six_nd.result(third)


def test_an_estimate_is_worked_out_without_saving(sales: User, sign_in: SignIn) -> None:
    case = weights_case(sales)
    address = reverse("estimate", args=[case.public_id, "training_operations", "parameters"])
    response = sign_in(sales).get(address, SIX_ND)
    assert response.status_code == 200
    text = response.content.decode()
    assert "6 × 70,000,000,000 parameters × 15,000,000,000,000 tokens" in text
    assert "= 6.3 × 10²⁴ operations" in text
    case.refresh_from_db()
    assert "training_operations" not in case.answers


def test_using_an_estimate_saves_the_figure_with_its_basis(sales: User, sign_in: SignIn) -> None:
    case = weights_case(sales)
    address = reverse("estimate", args=[case.public_id, "training_operations", "parameters"])
    response = sign_in(sales).post(address, {**SIX_ND, "version": str(case.version)})
    assert response.status_code == 302
    case.refresh_from_db()
    assert case.answers["training_operations"] == "6.3e24"
    event = case.events.filter(fact="training_operations").get()
    assert event.way == "estimator"
    assert event.basis == "6 × 70,000,000,000 parameters × 15,000,000,000,000 tokens"


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_estimate_refuses_what_is_no_number_and_keeps_it(
    sales: User, sign_in: SignIn, method: str
) -> None:
    case = weights_case(sales)
    address = reverse("estimate", args=[case.public_id, "training_operations", "parameters"])
    sent = {"parameters": "many", "tokens": "", "version": str(case.version)}
    response = getattr(sign_in(sales), method)(address, sent)
    assert response.status_code == 422
    text = response.content.decode()
    assert 'href="#parameters-parameters"' in text
    assert 'href="#parameters-tokens"' in text
    assert 'value="many"' in text


def test_an_estimate_with_too_many_digits_says_so(sales: User, sign_in: SignIn) -> None:
    case = weights_case(sales)
    address = reverse("estimate", args=[case.public_id, "training_operations", "gpu-hours"])
    digits = "1." + "3" * 22
    response = sign_in(sales).get(address, {"hours": digits, "teraflops": digits, "percent": digits})
    assert response.status_code == 422
    assert "Round the figures" in response.content.decode()


def test_estimates_of_other_facts_or_cases_are_not_found(
    sales: User, stranger: User, sign_in: SignIn
) -> None:
    case = weights_case(sales)
    assert (
        sign_in(sales).get(reverse("estimate", args=[case.public_id, "tpp", "parameters"])).status_code == 404
    )
    address = reverse("estimate", args=[case.public_id, "training_operations", "parameters"])
    assert sign_in(stranger).get(address, SIX_ND).status_code == 404
    assert sign_in(stranger).post(address, SIX_ND).status_code == 404


def test_the_catalog_shows_products_of_the_item_s_kind(sales: User, sign_in: SignIn) -> None:
    case = chips_case(sales)
    response = sign_in(sales).get(reverse("product", args=[case.public_id]))
    assert response.status_code == 200
    text = response.content.decode()
    for chip in CATALOG:
        assert (f'value="{chip.key}"' in text) == (chip.item == "integrated_circuit")


def test_picking_a_product_answers_what_its_data_sheet_says(sales: User, sign_in: SignIn) -> None:
    case = chips_case(sales)
    chip = next(chip for chip in CATALOG if chip.item == "integrated_circuit" and chip.dram_bandwidth)
    address = reverse("product", args=[case.public_id])
    response = sign_in(sales).post(address, {"product": chip.key, "version": str(case.version)})
    assert response.status_code == 302
    case.refresh_from_db()
    filled = facts_of(chip)
    assert {name: case.answers[name] for name in filled} == filled
    events = case.events.filter(way="catalog")
    assert {event.fact for event in events} == set(filled) - {"item"}
    assert all(chip.source in event.basis and chip.confidence in event.basis for event in events)


def test_a_board_or_a_computer_is_found_by_the_chip_inside(sales: User, sign_in: SignIn) -> None:
    case = CaseFactory.create(owner=sales, answers={"item": "computer", "activity": "export"})
    address = reverse("product", args=[case.public_id])
    text = sign_in(sales).get(address).content.decode()
    assert all(f'value="{chip.key}"' in text for chip in CATALOG)
    chip = next(chip for chip in CATALOG if chip.item == "integrated_circuit" and chip.performance_density)
    sign_in(sales).post(address, {"product": chip.key, "version": str(case.version)})
    case.refresh_from_db()
    assert case.answers["item"] == "computer"
    assert case.answers["tpp"] == str(chip.tpp)
    assert case.answers["performance_density"] == str(chip.performance_density)
    assert not {"entry", "datacenter"} & case.answers.keys()
    server = next(chip for chip in CATALOG if chip.item == "computer")
    sign_in(sales).post(address, {"product": server.key, "version": str(case.version)})
    case.refresh_from_db()
    assert case.answers["entry"] == server.entry


@pytest.mark.parametrize("product", ["", "no-such", "x" * 100])
def test_the_catalog_refuses_what_is_not_in_it(sales: User, sign_in: SignIn, product: str) -> None:
    case = chips_case(sales)
    version = case.version
    address = reverse("product", args=[case.public_id])
    response = sign_in(sales).post(address, {"product": product, "version": str(version)})
    assert response.status_code == 422
    assert "Select a product" in response.content.decode()
    case.refresh_from_db()
    assert case.version == version


def test_there_is_no_catalog_of_weights(sales: User, stranger: User, sign_in: SignIn) -> None:
    case = weights_case(sales)
    assert sign_in(sales).get(reverse("product", args=[case.public_id])).status_code == 404
    assert sign_in(stranger).get(reverse("product", args=[chips_case(sales).public_id])).status_code == 404
