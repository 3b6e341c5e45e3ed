//! The ids that customers quote: each resolves as itself, as a heading, or as a typed answer with
//! successors; none is guessed.
#![allow(clippy::unwrap_used, reason = "a test says what is wrong by panicking")]

use crate::common::{covered_tenant, now};
use compliance_map::{Catalogue, ControlRef, Options, ReferenceError, assess};

enum Is {
    Control,
    Heading,
    Withdrawn(&'static [&'static str]),
    OutOfScope(&'static [&'static str]),
}

#[rustfmt::skip]
const TABLE: [(&str, Is); 35] = [
    ("cis-v8.1:5.1", Is::Control), ("cis-v8.1:5.2", Is::Control), ("cis-v8.1:5.3", Is::Control),
    ("cis-v8.1:5.4", Is::Control), ("cis-v8.1:6.1", Is::Control), ("cis-v8.1:6.2", Is::Control),
    ("cis-v8.1:16.1", Is::OutOfScope(&["cis-v8.1:6.6"])),
    ("cis-v8.1:16.11", Is::OutOfScope(&["cis-v8.1:4.3"])),
    ("nist-csf-2.0:ID.AM-2", Is::Withdrawn(&["nist-csf-2.0:ID.AM-02"])),
    ("nist-csf-2.0:PR.AC-1", Is::Withdrawn(&["nist-csf-2.0:PR.AA-01", "nist-csf-2.0:PR.AA-05"])),
    ("nist-csf-2.0:PR.AC-7", Is::Withdrawn(&["nist-csf-2.0:PR.AA-03"])),
    ("nist-csf-2.0:PR.DS-5", Is::Withdrawn(&["nist-csf-2.0:PR.DS-01", "nist-csf-2.0:PR.DS-02", "nist-csf-2.0:PR.DS-10"])),
    ("nist-csf-2.0:DE.CM-1", Is::Withdrawn(&["nist-csf-2.0:DE.CM-01"])),
    ("cmmc-2.0-l2:AC.1.001", Is::Withdrawn(&["cmmc-2.0-l2:AC.L2-3.1.1"])),
    ("cmmc-2.0-l2:AC.2.007", Is::Withdrawn(&["cmmc-2.0-l2:AC.L2-3.1.5"])),
    ("cmmc-2.0-l2:IA.1.076", Is::Withdrawn(&["cmmc-2.0-l2:IA.L2-3.5.1"])),
    ("cmmc-2.0-l2:IA.2.078", Is::Withdrawn(&["cmmc-2.0-l2:IA.L2-3.5.7"])),
    ("cmmc-2.0-l2:SC.2.179", Is::Withdrawn(&[])),
    ("hipaa-security-rule:164.308(a)(3)", Is::Heading), ("hipaa-security-rule:164.308(a)(4)", Is::Heading),
    ("hipaa-security-rule:164.312(a)(1)", Is::Control), ("hipaa-security-rule:164.312(d)", Is::Control),
    ("soc2-tsc-2017:CC6.1", Is::Control), ("soc2-tsc-2017:CC6.2", Is::Control), ("soc2-tsc-2017:CC6.6", Is::Control),
    ("soc2-tsc-2017:CC6.7", Is::Control), ("soc2-tsc-2017:CC7.2", Is::Control),
    ("pci-dss-4.0.1:7.1", Is::Heading), ("pci-dss-4.0.1:8.3", Is::Heading), ("pci-dss-4.0.1:8.4", Is::Heading),
    ("pci-dss-4.0.1:8.5", Is::Heading),
    ("pci-dss-4.0:8.4.2", Is::Withdrawn(&["pci-dss-4.0.1:8.4.2"])),
    ("cis-v7.1:16.11", Is::Withdrawn(&["cis-v8.1:4.3"])),
    ("nist-csf-1.1:PR.AC-1", Is::Withdrawn(&["nist-csf-2.0:PR.AA-01", "nist-csf-2.0:PR.AA-05"])),
    ("cmmc-1.0:AC.1.001", Is::Withdrawn(&["cmmc-2.0-l2:AC.L2-3.1.1"])),
];

fn texts(references: &[ControlRef]) -> Vec<String> {
    references.iter().map(ToString::to_string).collect()
}

#[test]
fn every_id_of_the_table_has_a_typed_answer() {
    let catalogue = Catalogue::builtin();
    for (reference, is) in TABLE {
        match (is, catalogue.resolve(reference)) {
            (Is::Control, Ok(control)) => assert_eq!(control.reference.to_string(), reference),
            (Is::Heading, Err(ReferenceError::Heading { children })) => {
                assert!(!children.is_empty(), "{reference}");
            }
            (Is::Withdrawn(to), Err(ReferenceError::Withdrawn { successors, note })) => {
                assert_eq!(texts(&successors), to, "{reference}");
                assert!(!note.is_empty(), "{reference}");
                // What takes its place can be assessed, where anything does.
                for successor in to {
                    assert!(catalogue.resolve(successor).is_ok(), "{successor}");
                }
            }
            (Is::OutOfScope(to), Err(ReferenceError::OutOfScope { see })) => {
                assert_eq!(texts(&see), to, "{reference}");
            }
            (_, other) => unreachable!("{reference}: {other:?}"),
        }
    }
}

#[test]
fn controls_and_headings_of_the_table_are_answered_together() {
    let catalogue = Catalogue::builtin();
    let asked = TABLE
        .iter()
        .filter(|(_, is)| matches!(is, Is::Control | Is::Heading));
    let options = Options::new(now()).controls(asked.clone().map(|(reference, _)| *reference));
    let assessment = assess(&covered_tenant(3), &catalogue, &options).unwrap();
    for (reference, is) in asked {
        match is {
            Is::Heading => assert!(assessment.roll_up(reference).is_some(), "{reference}"),
            _ => assert!(assessment.result(reference).is_some(), "{reference}"),
        }
    }
}
