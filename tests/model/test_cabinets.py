"""Street controllers as values: sites of a network, and addresses that keep their secrets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from signals.model.cabinets import CabinetAddress, CabinetReport, CabinetSite, Capability, Mode, sites_of
from signals.model.crossroads import crossroads
from signals.model.network import Detector
from signals.testing import two_crossroads


def test_every_intersection_has_a_site_with_its_groups() -> None:
    network = two_crossroads()
    sites = sites_of(network)
    assert [site.id for site in sites] == [place.id for place in network.intersections]
    assert sites[0].groups == tuple(group.id for group in network.intersections[0].groups)
    assert sorted(name for site in sites for name in site.detectors) == sorted(d.id for d in network.detectors)


def test_a_detector_belongs_to_the_intersection_that_its_lane_leads_to() -> None:
    network = two_crossroads()
    lanes = [int(network.arrays.approach_lane[network.arrays.approach_offset[number]]) for number in (0, 1)]
    detectors = tuple(Detector(f"d{number}", lane, 0.0) for number, lane in enumerate(reversed(lanes)))
    sites = sites_of(replace(network, detectors=detectors))
    assert [site.detectors for site in sites] == [("d1",), ("d0",)]


def test_a_detector_behind_the_last_stop_line_belongs_to_none() -> None:
    network = crossroads()
    approaches = set(network.arrays.approach_lane.tolist())
    leaving = next(m.to_lane for m in network.movements if m.to_lane not in approaches)
    assert sites_of(replace(network, detectors=(Detector("d", leaving, 0.0),)))[0].detectors == ()


def test_an_address_does_not_show_its_secrets() -> None:
    address = CabinetAddress(scheme="rsmp", host="10.0.0.1", secrets={"code": "canary"})
    assert "canary" not in repr(address)
    assert address.secrets["code"] == "canary"


def test_capabilities_can_be_joined_and_asked() -> None:
    found = Capability.STATUS | Capability.PLANS
    assert Capability.PLANS in found
    assert Capability.GROUPS not in found


def test_a_report_knows_no_clock_and_no_plan_unless_it_is_told() -> None:
    none = np.zeros(0, np.int32)
    report = CabinetReport(
        0.0, 1, Mode.LOCAL, np.zeros(1, np.int8), np.zeros(1, np.bool_), none, none.astype(np.float32)
    )
    assert np.isnan(report.clock_offset_s)
    assert (report.plan, report.alarms) == (0, ())


def test_a_site_is_a_value() -> None:
    place = crossroads().intersections[0]
    assert CabinetSite(place, ("d",)) == CabinetSite(place, ("d",))


def test_a_network_without_detectors() -> None:
    assert all(site.detectors == () for site in sites_of(replace(two_crossroads(), detectors=())))
