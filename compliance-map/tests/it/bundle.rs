//! An evidence bundle is whole, or says what was done to it.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test says what is wrong by panicking, and its numbers are small"
)]

use crate::common::assess_all;
use compliance_map::bundle::{
    Bundle, Digest, Entry, MANIFEST_LIMIT, Manifest, Measure, Problem, SourceOutcome, Tampered,
    verify, verify_listed,
};
use compliance_map::{Assessment, Catalogue, Facts, Summary};
use proptest::prelude::*;

fn mixed() -> Facts {
    Facts::from_json(include_str!("../fixtures/mixed-tenant.json")).unwrap()
}

fn bundle() -> Bundle {
    let facts = mixed();
    let assessment = assess_all(&facts);
    let summary = Summary::new(&assessment, &facts, &Catalogue::builtin());
    let sources = [
        SourceOutcome::new("users", "complete"),
        SourceOutcome::new("devices", "throttled").reason("try again after noon"),
    ];
    Bundle::new(
        &facts,
        &assessment,
        &summary,
        &Catalogue::builtin(),
        &sources,
    )
}

fn check(files: &[Entry], expected: Option<Digest>) -> Result<(), Vec<Problem>> {
    let checked = verify(files.iter().map(|f| (&f.name, &f.bytes)), expected);
    checked
        .map(drop)
        .map_err(|tampered: Tampered| tampered.problems)
}

fn position(files: &[Entry], name: &str) -> usize {
    files.iter().position(|f| f.name == name).unwrap()
}

#[test]
fn it_holds_the_assessment_and_what_it_rests_on() {
    let bundle = bundle();
    let names: Vec<&str> = bundle.entries.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "accepted.json",
            "assessment.json",
            "facts.json",
            "manifest.json",
            "sources.json",
            "summary.json"
        ]
    );
    let bytes = |name| &bundle.entries[position(&bundle.entries, name)].bytes;
    let facts = Facts::from_json(bytes("facts.json")).unwrap();
    assert_eq!(facts, mixed());
    let assessment: Assessment = serde_json::from_slice(bytes("assessment.json")).unwrap();
    assert_eq!(
        assess_all(&facts),
        assessment,
        "the facts give the same answer again"
    );
    let sources: Vec<SourceOutcome> = serde_json::from_slice(bytes("sources.json")).unwrap();
    assert_eq!(sources[0].id, "devices", "sorted");
    assert_eq!(sources[0].reason.as_deref(), Some("try again after noon"));
    let summary: Summary = serde_json::from_slice(bytes("summary.json")).unwrap();
    assert_eq!(summary.exceptions.len(), 3);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    assert_eq!(bundle(), bundle());
}

#[test]
fn what_was_not_touched_is_accepted_in_any_order() {
    let bundle = bundle();
    let mut files = bundle.entries.clone();
    files.reverse();
    let manifest = verify(
        files.iter().map(|f| (&f.name, &f.bytes)),
        Some(bundle.digest),
    )
    .unwrap();
    assert_eq!(manifest.as_of.to_string(), crate::common::NOW);
    assert_eq!(manifest.files.len(), 5);
    assert_eq!(check(&files, None), Ok(()));
}

#[test]
fn a_changed_file_is_named() {
    let bundle = bundle();
    for name in ["facts.json", "assessment.json", "sources.json"] {
        let mut files = bundle.entries.clone();
        let file = &mut files[position(&bundle.entries, name)];
        let last = file.bytes.len() - 3;
        file.bytes[last] ^= 1;
        let problems = check(&files, Some(bundle.digest)).unwrap_err();
        assert!(
            matches!(&problems[..], [Problem::Changed { name: changed, .. }] if changed == name),
            "{problems:?}"
        );
    }
}

#[test]
fn a_file_of_another_length_is_named_whatever_of_it_was_read() {
    let bundle = bundle();
    for (longer, change) in [(true, 7_i64), (false, -7)] {
        let mut files = bundle.entries.clone();
        let file = &mut files[position(&bundle.entries, "facts.json")];
        let expected = file.bytes.len() as u64;
        file.bytes.resize((expected as i64 + change) as usize, b' ');
        let length = Problem::Length {
            name: "facts.json".into(),
            expected,
            longer,
        };
        assert_eq!(check(&files, Some(bundle.digest)), Err(vec![length]));
    }
}

#[test]
fn files_can_be_taken_in_piece_by_piece() {
    let bundle = bundle();
    let manifest = &bundle.entries[position(&bundle.entries, "manifest.json")];
    let measured = |cut: u64| {
        let others = bundle.entries.iter().filter(|f| f.name != "manifest.json");
        let measured = others.map(move |file| {
            let mut measure = Measure::new(&file.name);
            let length = Manifest::read(&manifest.bytes)
                .unwrap()
                .length_of(&file.name);
            let read = usize::try_from(length.unwrap() - cut).unwrap();
            file.bytes[..read]
                .chunks(1000)
                .for_each(|piece| measure.update(piece));
            measure.finish()
        });
        verify_listed(Some(&manifest.bytes), measured, Some(bundle.digest))
    };
    assert!(measured(0).is_ok());
    assert_eq!(measured(1).unwrap_err().problems.len(), 5);
}

#[test]
fn a_manifest_without_end_is_not_read_and_one_that_leads_elsewhere_is_refused() {
    let long = vec![b' '; usize::try_from(MANIFEST_LIMIT).unwrap() + 1];
    assert!(
        matches!(Manifest::read(&long), Err(Problem::Unreadable(why)) if why.contains("longer than"))
    );

    let bundle = bundle();
    let manifest = position(&bundle.entries, "manifest.json");
    for name in [
        "../facts.json",
        "/etc/passwd",
        "",
        ".",
        "a\\\\b",
        "facts\\u001b.json",
    ] {
        let mut files = bundle.entries.clone();
        let text = String::from_utf8(files[manifest].bytes.clone()).unwrap();
        files[manifest].bytes = text.replace("facts.json", name).into_bytes();
        let problems = check(&files, None).unwrap_err();
        assert!(
            matches!(problems[0], Problem::Name { .. }),
            "{name}: {problems:?}"
        );
    }
}

#[test]
fn each_framework_is_named_with_its_digest_and_another_one_under_its_name_is_told() {
    let bundle = bundle();
    let entries = bundle.entries.iter().map(|f| (&f.name, &f.bytes));
    let manifest = verify(entries, Some(bundle.digest)).unwrap();
    let catalogue = Catalogue::builtin();
    let cis = &manifest.frameworks[0];
    assert_eq!((cis.id.as_str(), cis.version.as_str()), ("cis-v8.1", "8.1"));
    let source = catalogue.source("cis-v8.1").unwrap();
    assert_eq!(cis.sha256, Digest::of(source.as_bytes()));
    assert_eq!(manifest.check(&catalogue), Ok(()));

    let mut lenient = catalogue.clone();
    lenient
        .replace(&source.replacen("\"version\"", " \"version\"", 1))
        .unwrap();
    let other = manifest.check(&lenient).unwrap_err().problems;
    let [
        Problem::Framework {
            id,
            found: Some(found),
            ..
        },
    ] = &other[..]
    else {
        panic!("{other:?}");
    };
    assert_eq!(id, "cis-v8.1");
    assert_ne!(*found, cis.sha256);
    let none = manifest.check(&Catalogue::default()).unwrap_err().problems;
    assert_eq!(none.len(), manifest.frameworks.len());

    let facts = mixed();
    let options = compliance_map::Options::new(crate::common::now()).frameworks(["soc2-tsc-2017"]);
    let assessment = compliance_map::assess(&facts, &catalogue, &options).unwrap();
    let summary = Summary::new(&assessment, &facts, &catalogue);
    let one = Bundle::new(&facts, &assessment, &summary, &catalogue, &[]);
    let entries = one.entries.iter().map(|f| (&f.name, &f.bytes));
    let used = verify(entries, None).unwrap().frameworks;
    assert_eq!(used.len(), 1, "only what was assessed is named: {used:?}");
}

#[test]
fn a_missing_an_extra_a_renamed_and_a_double_file_are_named() {
    let bundle = bundle();
    let facts = position(&bundle.entries, "facts.json");

    let mut files = bundle.entries.clone();
    files.remove(facts);
    let missing = Problem::Missing {
        name: "facts.json".into(),
    };
    assert_eq!(check(&files, Some(bundle.digest)), Err(vec![missing]));

    let mut files = bundle.entries.clone();
    files.push(Entry {
        name: "notes.txt".into(),
        bytes: b"signed off".to_vec(),
    });
    let extra = Problem::Extra {
        name: "notes.txt".into(),
    };
    assert_eq!(check(&files, Some(bundle.digest)), Err(vec![extra]));

    let mut files = bundle.entries.clone();
    files[facts].name = "Facts.json".into();
    let renamed = Problem::Renamed {
        from: "facts.json".into(),
        to: "Facts.json".into(),
    };
    assert_eq!(check(&files, Some(bundle.digest)), Err(vec![renamed]));

    let mut files = bundle.entries.clone();
    files.push(Entry {
        name: "facts.json".into(),
        bytes: b"{}".to_vec(),
    });
    let problems = check(&files, Some(bundle.digest)).unwrap_err();
    assert!(
        problems.contains(&Problem::Twice {
            name: "facts.json".into()
        }),
        "{problems:?}"
    );
}

#[test]
fn two_files_that_change_names_are_both_found() {
    let bundle = bundle();
    let mut files = bundle.entries.clone();
    files[0].name = "facts.json".into();
    files[2].name = "accepted.json".into();
    assert_eq!(check(&files, Some(bundle.digest)).unwrap_err().len(), 2);
}

#[test]
fn a_bundle_that_was_made_anew_is_another_one() {
    let honest = bundle();
    let mut facts = mixed();
    facts.auth_registration.items.truncate(1);
    let assessment = assess_all(&facts);
    let summary = Summary::new(&assessment, &facts, &Catalogue::builtin());
    let forged = Bundle::new(&facts, &assessment, &summary, &Catalogue::builtin(), &[]);
    assert_eq!(
        check(&forged.entries, None),
        Ok(()),
        "its files belong together"
    );
    let problems = check(&forged.entries, Some(honest.digest)).unwrap_err();
    let whole = Problem::Whole {
        expected: honest.digest,
        found: forged.digest,
    };
    assert_eq!(
        problems,
        [whole],
        "and the digest that was kept tells them apart"
    );
}

#[test]
fn a_manifest_that_is_none_is_an_error_and_no_crash() {
    let bundle = bundle();
    let manifest = position(&bundle.entries, "manifest.json");
    let mut files = bundle.entries.clone();
    files.remove(manifest);
    assert_eq!(check(&files, None), Err(vec![Problem::NoManifest]));
    for broken in ["", "{}", "[1]", "{\"files\": [{\"sha256\": \"abc\"}]}"] {
        let mut files = bundle.entries.clone();
        files[manifest].bytes = broken.into();
        let problems = check(&files, None).unwrap_err();
        assert!(
            matches!(problems[..], [Problem::Unreadable(_)]),
            "{problems:?}"
        );
    }
    let mut files = bundle.entries.clone();
    let text = String::from_utf8(files[manifest].bytes.clone()).unwrap();
    files[manifest].bytes = text.replace("bundle-1", "bundle-9").into_bytes();
    let problems = check(&files, None).unwrap_err();
    assert_eq!(problems, [Problem::Form("compliance-map-bundle-9".into())]);
}

proptest! {
    #[test]
    fn any_flipped_bit_of_any_file_is_found(file in 0usize..6, place in any::<prop::sample::Index>(), bit in 0u8..8) {
        static BUNDLE: std::sync::LazyLock<Bundle> = std::sync::LazyLock::new(bundle);
        let mut files = BUNDLE.entries.clone();
        let bytes = &mut files[file].bytes;
        let at = place.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert!(check(&files, Some(BUNDLE.digest)).is_err());
    }

    #[test]
    fn a_digest_is_read_as_it_is_written(bytes in prop::collection::vec(any::<u8>(), 0..64), text in "\\PC{0,70}") {
        let digest = Digest::of(&bytes);
        prop_assert_eq!(digest.to_string().parse(), Ok(digest));
        let parsed: Result<Digest, _> = text.parse();
        prop_assert!(parsed.is_err() || text.len() == 64);
    }
}
