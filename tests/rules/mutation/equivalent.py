"""Mutants that are no faults, by pattern of their names, each with the reason. The run fails if one is not needed."""

from __future__ import annotations

# Each of these is proven for every combination of answers besides, by comparing diagrams.
DATA: dict[str, str] = {
    r".*version of 2025-01-13 from 2025-01-12": (
        "before 2025-01-13 the first step has answered, so no provision is reached"
    ),
    r"effective_date: 2025-01-13 to 2025-01-12": (
        "its own version starts on 2025-01-13, so it says the same twice"
    ),
    r"eccn_3a090_b / .*": (
        "branch b is asked only of what is not branch a, which gives the upper limits; the text repeats them"
    ),
    r"s742_6_a_13: part 2 of .*": (
        "what is not controlled has its answer two steps earlier; the text repeats it"
    ),
    r"I10 alternative / .*\(B\): .*": (
        "the one country of group A:5 that had a D group, the UAE, left it on the day it came to A:5"
    ),
    r"I10 alternative / .*91 FR 43034: .*": (
        "the amended version starts that day by itself, and before it the UAE is in a D group"
    ),
    r"s742_6_a_6_iii_B: version of 2026-07-10 .*": "what the version adds starts that day by itself",
    r"s744_23_a_3_i_A: part [13] .*": "branch a and D group destinations need a license anyway",
    r"s740_27_a_(1|3): part 1 of .*": "which kind of item it is follows from the parts beside it",
    r"s740_27_a_1: part 2 of .*": (
        "with all three countries in supplement no. 5(a) branch b needs no license, so AIA is not asked"
    ),
    r"s740_27_a_1: part [67] of .*": "no embargoed country is in supplement no. 5(a)",
    r"s740_27_a_3: part 7 of .*|s740_28: part 6 of .*|s740_29: part 8 of .*|s748_15_uveu: part 10 of .*|"
    r"s748_15_nveu: part 7 of .*": "every embargoed country is in D:5, which another part excludes",
    r"s748_15_nveu / .*": (
        "figures only rise, so a quarter that runs on by a day changes nothing; the first starts before the rule"
    ),
    r"s742_6_b_10_iv_case_by_case: .*|I9: .*": (
        "an export of a branch b commodity to China or Macau never reaches review: NAC is available"
    ),
    r"I7 alternative: part 1 of .*": (
        "approval is presumed anyway where supplement no. 5(a) is involved and D:5 is not"
    ),
    r"s742_6_b_10_iii_B_1: part 2 of .*": "beyond the allocation the step before has answered",
    r"enforced_weights: part 1 of .*": (
        "the countries it names are in D:5, where other items are enforced as codified anyway"
    ),
    r"enforced_branch_a: part 2 of .*": "under the adopted readings branch a needs a license everywhere",
    r"enforced_branch_a: part 1 of .*|enforced_branch_a: 2026-07-10 to .*": (
        "before 2026-07-10 the UAE is in a D group"
    ),
    r"license_one_per_country: part 2 of .*|license_china_certifications: part 1 of .*": (
        "no branch b commodity reaches a license there: ACA or NAC is available"
    ),
    r"decision step (1|2|11|12|14|19), .*": (
        "neighbors that exclude each other or answer alike; branch b is never reviewed case by case"
    ),
    r"(classification|subject|requirement|enforcement) step .*: (after .*|dropped)": (
        "neighbors that exclude each other or answer alike"
    ),
    r"classification step (38|39|40): part 2 of .*": "the last entries of the list: no other is left",
    r"[A-Z]{2} (put into|taken out of) (A:5|A:6|D:1|D:4|D:5|5\(a\))": (
        "groups overlap: D:1, D:4 and D:5 are asked together, A:5 and A:6 only of countries in these, and every test "
        "of the country has the same value on every day"
    ),
}
CODE: dict[str, str] = {
    r"conditions: .* \(Weigh\._plain_limit .*": (
        "a test of one number is then weighed like one of several, which says the same and only takes longer"
    ),
    r"possibility: operator turned, (not_sure & whole\.weighed|facts & not_sure) .*": (
        "the longer way is then taken where the shorter would do; both count the same questions"
    ),
    r"possibility: operator turned, not_sure & whole\.weighed & left\.below\(left\.node\(root\)\) .*": (
        "the longer way is then taken where the shorter would do; both count the same questions"
    ),
    r"possibility: operator turned, facts & -facts .*": (
        "the lowest bit is as long as minus the lowest bit, which `facts | -facts` is"
    ),
    r"plans: (comparison turned|constant changed), (node >= 0|0) \(Plans\.at .*": "node 0 is a result: nothing is asked",
    r"plans: operator turned, left\.below\(node\) & self\._not_sure .*": (
        "plans that could be shared are then made anew, equal to the shared ones"
    ),
    r"plans: operator turned, left\.looks\(node\) & own\.bits \(Plans\._plan .*": (
        "a test's own numbers beside one that is not sure have been asked for before"
    ),
    r"plans: constant changed, 0 \(Plans\.__init__ .*": (
        "the first question is asked only at the root, which is not shared where a fact below is not sure"
    ),
    r"weighing: constant changed, 1 \(line \d+\)": "no branch has this number either",
    r"weighing: constant changed, 0 \(Stage .*": "the lowest bit is that of the first question, which no stage concerns",
    r"weighing: constant changed, 0 \(_Stages\.stage .*": "the lowest bit is that of the first question, which comes first",
    r"weighing: constant changed, (0|False) \((standing|weighed) .*": (
        "of a test that is settled neither what it looks at nor whether it is free is looked at"
    ),
    r"weighing: comparison turned, (slope > 0|whole\[0\]\[1\] < 0|number < 0) .*|"
    r"weighing: constant changed, 0 \((plane|own_facts) .*": (
        "a slope and a coefficient that are kept are whole numbers and not zero"
    ),
    r"weighing: constant changed, 1 \(ByDate\._of_date .*": (
        "ranges that lead on alike are put together when the node is made"
    ),
    r"weighing: constant changed, 0 \(Weighed\.relation .*": "both numbers are in the same group",
    r"weighing: constant changed, 1 \(plane .*": "a plane without coefficients is the same whatever it is divided by",
    r"weighing: and for or, len\(unknown\) == 1 and unknown\[0\] not in own .*|"
    r"weighing: and for or, fact in (AT_MOST|factors) and .*|weighing: operator turned, self\.late & set\(factors\) .*": (
        "more planes divide a range into more parts, which lead on alike, and only takes longer"
    ),
    r"weighing: constant changed, 1 \(own_facts .*": (
        "the numbers of two classes are the two that bound each other, which are no test's own"
    ),
    r"weighing: comparison turned, name not in numbers \(Weighed\.values .*": (
        "what is then not offered brings no other decisions, as answers on every side of each limit show"
    ),
    r"weighing: comparison turned, cell\[2\] is cells\[0\]\[2\] .*": (
        "a value is then chosen also where every value leads on alike, which says the same and only takes longer"
    ),
    r"weighing: branches swapped, floor\(limit\) \+ 1 if after else ceil\(limit\) .*": (
        "of a count, which has no classes, both sides of every limit are starts, whichever comes from which"
    ),
    r"weighing: comparison turned, limit is None \(ByDate\._of_number .*": (
        "on days on which any number will do, or none, the diagram has no such test"
    ),
    r"weighing: constant changed, 0 \(ByDate\._of_number .*": "the number has one class only, and no node of its own",
    r"weighing: comparison turned, product (>|<) 0 \(weighed .*": "a product of zero has been left out before",
    r"weighing: operator turned, self\.diagram\.test_bit\[test\.level\] & below .*": (
        "numbers of tests that are not there are weighed as well, which tells nothing apart and only takes longer"
    ),
    r"weighing: operator turned, below & self\.diagram\.test_bits .*": (
        "numbers of tests that are not there are weighed as well, which tells nothing apart and only takes longer"
    ),
    r"diagram: constant changed, [0-9]+ \(_decimal_between .*|diagram: constant changed, 2 \(samples .*": (
        "another number of the same range, which serves as well"
    ),
    r"diagram: constant changed, 1 \(Diagram\.result_bits .* \(2\)": "one bit more than there are results, which no node has",
    r"diagram: constant changed, 0 \(Diagram\._valid_for\.rewrite .*": (
        "any answer that is not refused will do in the place of those that are"
    ),
    r"diagram: constant changed, 0 \(Diagram\.make .*": "of kids that are all alike any will do",
    r"diagram: constant changed, 1000000 .*": "any level after the last variable will do for results",
    r"determination: comparison turned, len\(DECISION\.results\(self\.known\)\) > 1 .*": (
        "nothing is missing where plain evaluation gives one decision; the diagram says so too, only slower"
    ),
    r"left: (comparison turned|constant changed), (root >= 0|kid < 0|0) \(Left\.(questions|_reached) .*": (
        "node 0 is a result, whose questions nobody counts"
    ),
    r"left: comparison turned, len\(found\) > 1 \(Left\.results .*|left: and for or, root in self\._nodes or not .*|"
    r"left: comparison turned, root in self\._nodes .*|left: not removed, not self\._touched .* \(Left\.results .*|"
    r"left: operator turned, (self\._touched & (self\.)?diagram\.below\[root\]|known & whole\.bound) .*|"
    r"left: operator turned, below & diagram\.result_bits .*": (
        "the longer way is then taken where the shorter would do; both give the same results"
    ),
    r"left: operator turned, below & (first|stage)\.waiting .*": (
        "values are then chosen also where nothing waits for them and all of them lead on alike"
    ),
    r"left: constant changed, 0 \(Left\.(_on_the_ways|_at_the_ends) .*": (
        "the lowest bit is a fact's, and only results are read"
    ),
    r"left: constant changed, 0 \(Left\.__init__ .*": "the lowest bit is that of the item, which is among them anyway",
    r"left: operator turned, below & group\.bits \(Left\.results .*": (
        "numbers of tests that are not there are weighed as well, which tells nothing apart and only takes longer"
    ),
    r".*: constant changed, strict=(True|False) \(.*\)": (
        "only guards against lists that are made in step and so as long"
    ),
}
