//! Which family of its framework a control belongs to, and what that is called.

/// What the ids of a family begin with: the part before the number of the control.
///
/// `6` of `6.3`, `PR.AA` of `PR.AA-03`, `AC` of `AC.L2-3.1.1`, `164.312` of `164.312(a)(1)`. SP 800-171
/// numbers its families `3.1` to `3.14`. An id that is not built of parts is a family of its own.
pub(super) fn id<'c>(framework: &str, control: &'c str) -> &'c str {
    if let Some((citation, _)) = control.split_once('(') {
        return citation;
    }
    if let Some((stem, _)) = control.split_once('-') {
        let level = stem.rsplit_once('.').filter(|(_, part)| is_level(part));
        return level.map_or(stem, |(domain, _)| domain);
    }
    let dot = usize::from(framework == "nist-800-171-r2");
    let end = control.match_indices('.').nth(dot).map(|(end, _)| end);
    end.and_then(|end| control.get(..end)).unwrap_or(control)
}

/// `L1`, `L2`: the level in a CMMC id.
fn is_level(part: &str) -> bool {
    part.strip_prefix('L')
        .is_some_and(|digits| digits.parse::<u8>().is_ok())
}

/// What the family is about. NIST, CFR and `DoD` wording is public domain; the rest is ours.
pub(super) fn name(framework: &str, family: &str) -> Option<&'static str> {
    let table = match framework {
        "cis-v8.1" => CIS,
        "nist-csf-2.0" => CSF,
        "nist-800-171-r2" => SP_800_171,
        "cmmc-2.0-l2" => CMMC,
        "hipaa-security-rule" => HIPAA,
        "soc2-tsc-2017" => SOC_2,
        "pci-dss-4.0.1" => PCI,
        _ => &[],
    };
    let found = table.iter().find(|(id, _)| *id == family);
    found.map(|(_, name)| *name)
}

type Table = &'static [(&'static str, &'static str)];

const CIS: Table = &[
    ("1", "Devices"),
    ("2", "Software"),
    ("3", "Protection of data"),
    ("4", "Secure settings"),
    ("5", "Accounts"),
    ("6", "Access"),
    ("7", "Vulnerabilities"),
    ("8", "Audit logs"),
    ("9", "Mail and browser"),
    ("10", "Malware"),
    ("11", "Recovery of data"),
    ("12", "Network"),
    ("13", "Monitoring of the network"),
    ("14", "Training"),
    ("15", "Service providers"),
    ("16", "Software of one's own"),
    ("17", "Response to incidents"),
    ("18", "Penetration tests"),
];

const CSF: Table = &[
    ("GV.OC", "Organizational Context"),
    ("GV.RM", "Risk Management Strategy"),
    ("GV.RR", "Roles, Responsibilities, and Authorities"),
    ("GV.PO", "Policy"),
    ("GV.OV", "Oversight"),
    ("GV.SC", "Cybersecurity Supply Chain Risk Management"),
    ("ID.AM", "Asset Management"),
    ("ID.RA", "Risk Assessment"),
    ("ID.IM", "Improvement"),
    (
        "PR.AA",
        "Identity Management, Authentication, and Access Control",
    ),
    ("PR.AT", "Awareness and Training"),
    ("PR.DS", "Data Security"),
    ("PR.PS", "Platform Security"),
    ("PR.IR", "Technology Infrastructure Resilience"),
    ("DE.CM", "Continuous Monitoring"),
    ("DE.AE", "Adverse Event Analysis"),
    ("RS.MA", "Incident Management"),
    ("RS.AN", "Incident Analysis"),
    ("RS.CO", "Incident Response Reporting and Communication"),
    ("RS.MI", "Incident Mitigation"),
    ("RC.RP", "Incident Recovery Plan Execution"),
    ("RC.CO", "Incident Recovery Communication"),
];

const SP_800_171: Table = &[
    ("3.1", "Access Control"),
    ("3.2", "Awareness and Training"),
    ("3.3", "Audit and Accountability"),
    ("3.4", "Configuration Management"),
    ("3.5", "Identification and Authentication"),
    ("3.6", "Incident Response"),
    ("3.7", "Maintenance"),
    ("3.8", "Media Protection"),
    ("3.9", "Personnel Security"),
    ("3.10", "Physical Protection"),
    ("3.11", "Risk Assessment"),
    ("3.12", "Security Assessment"),
    ("3.13", "System and Communications Protection"),
    ("3.14", "System and Information Integrity"),
];

const CMMC: Table = &[
    ("AC", "Access Control"),
    ("AT", "Awareness and Training"),
    ("AU", "Audit and Accountability"),
    ("CM", "Configuration Management"),
    ("IA", "Identification and Authentication"),
    ("IR", "Incident Response"),
    ("MA", "Maintenance"),
    ("MP", "Media Protection"),
    ("PS", "Personnel Security"),
    ("PE", "Physical Protection"),
    ("RA", "Risk Assessment"),
    ("CA", "Security Assessment"),
    ("SC", "System and Communications Protection"),
    ("SI", "System and Information Integrity"),
];

const HIPAA: Table = &[
    ("164.308", "Administrative safeguards"),
    ("164.310", "Physical safeguards"),
    ("164.312", "Technical safeguards"),
    ("164.314", "Organizational requirements"),
    ("164.316", "Policies, procedures and documentation"),
];

const SOC_2: Table = &[
    ("CC1", "Tone and accountability"),
    ("CC2", "Information and communication"),
    ("CC3", "Assessment of risks"),
    ("CC4", "Monitoring of controls"),
    ("CC5", "Choice of controls"),
    ("CC6", "Logical and physical access"),
    ("CC7", "Operation of systems"),
    ("CC8", "Change"),
    ("CC9", "Treatment of risks"),
    ("A1", "Availability"),
    ("C1", "Confidentiality"),
    ("PI1", "Processing"),
    ("P1", "Privacy"),
];

const PCI: Table = &[
    ("1", "Network"),
    ("2", "Secure settings"),
    ("3", "Stored account data"),
    ("4", "Account data on the way"),
    ("5", "Malware"),
    ("6", "Systems and software"),
    ("7", "Access by need"),
    ("8", "Identities and authentication"),
    ("9", "Physical access"),
    ("10", "Logging and monitoring"),
    ("11", "Tests"),
    ("12", "Policies and organisation"),
];

#[cfg(test)]
mod tests {
    use super::{id, name};
    use crate::Catalogue;

    #[test]
    fn a_family_is_what_stands_before_the_number() {
        for (framework, control, family) in [
            ("cis-v8.1", "6.3", "6"),
            ("cis-v8.1", "16.11", "16"),
            ("nist-csf-2.0", "PR.AA-03", "PR.AA"),
            ("nist-800-171-r2", "3.13.11", "3.13"),
            ("cmmc-2.0-l2", "AC.L2-3.1.1", "AC"),
            ("hipaa-security-rule", "164.312(a)(2)(iv)", "164.312"),
            ("soc2-tsc-2017", "CC6.1", "CC6"),
            ("pci-dss-4.0.1", "3.2.1", "3"),
            ("pci-dss-4.0.1", "10.2.1.4", "10"),
            ("mine", "ACME-7", "ACME"),
            ("mine", "encryption", "encryption"),
        ] {
            assert_eq!(id(framework, control), family, "{framework}:{control}");
        }
    }

    #[test]
    fn every_family_of_the_catalogue_has_a_name() {
        for control in Catalogue::builtin().controls() {
            let reference = &control.reference;
            let family = id(reference.framework(), reference.control());
            let named = name(reference.framework(), family).is_some();
            assert!(named || reference.framework() == "overlay", "{reference}");
        }
    }
}
