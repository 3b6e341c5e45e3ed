//! What the service says about a request that it takes for wrong, as far as it may be shown.
//!
//! It speaks of the request, and quotes from it: names of properties, which are what one has to
//! know, and values, which are nobody else's business. A doubt hides rather than shows.

/// The length of what is shown, in characters.
const LONGEST: usize = 300;
/// Fewer words say nothing.
const LEAST: usize = 2;
/// The place of what is left out.
const HIDDEN: &str = "…";

/// Words with a capital that are no names of people or things.
const CAPITALIZED: &str = "A All An Bad Cannot Collection ConsistencyLevel Could Count Error Expand Expected \
    Filter Found GUID Graph HTTP ID Id Invalid JSON Microsoft No Not OData Only Order \
    OrderBy Parsing Property Query Request Resource Search Select Skip Sorting Syntax Term \
    That The There This Top Type URI URL Unknown Unrecognized Unsupported Value";

/// Words after which what is quoted is a name out of the API.
const BEFORE_NAMES: &str = "argument clause field function operator option parameter properties property segment \
    type";

/// Endings that make an apostrophe no quotation mark.
const CONTRACTED: &[&str] = &["d", "ll", "m", "re", "s", "t", "ve"];

const QUOTES: &[char] = &[
    '\'', '"', '`', '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}',
];

/// A message without what may be personal. From the first value in quotation marks on, nothing is
/// shown: where it ends cannot be told, since it may hold such marks itself.
pub(super) fn sentence(message: &str) -> Option<String> {
    let mut shown: Vec<&str> = Vec::new();
    let mut before = ["", ""];
    let is_gap = |c: char| c.is_whitespace() || c.is_control();
    for word in message.split(is_gap).filter(|word| !word.is_empty()) {
        let core = word.trim_matches(['(', ')', '[', ']', ',', '.', ';', ':', '!', '?']);
        let next = match quoted(core) {
            _ if is_contraction(core) => word,
            Some(name) if is_after_noun(before) && is_name(name) => word,
            Some(_) => HIDDEN,
            None if core.contains(QUOTES) => HIDDEN,
            None if is_plain(core) => word,
            None => "",
        };
        if next == HIDDEN {
            shown.push(HIDDEN);
            break;
        }
        match next {
            "" if shown.last() == Some(&HIDDEN) => {}
            "" => shown.push(HIDDEN),
            word => shown.push(word),
        }
        before = [before[1], core];
    }
    if shown.iter().filter(|word| **word != HIDDEN).count() < LEAST {
        return None;
    }
    let whole = shown.join(" ");
    let cut: String = whole.chars().take(LONGEST).collect();
    Some(if cut.len() < whole.len() {
        format!("{cut}{HIDDEN}")
    } else {
        whole.trim_end_matches('.').to_owned()
    })
}

/// Whether a message that is shown names a property in snake case, as Rust's own names are.
pub(super) fn names_snake_case(sentence: &str) -> bool {
    sentence.split(QUOTES).skip(1).step_by(2).any(|name| {
        name.trim_matches('_').contains('_')
            && !name.starts_with("ext")
            && name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    })
}

/// What stands between two quotation marks.
fn quoted(core: &str) -> Option<&str> {
    let inner = core.strip_prefix(QUOTES)?.strip_suffix(QUOTES)?;
    (!inner.contains(QUOTES)).then_some(inner)
}

fn has(words: &str, word: &str) -> bool {
    words.split(' ').any(|known| known == word)
}

/// `property 'x'`, `property named 'x'`.
fn is_after_noun([second, first]: [&str; 2]) -> bool {
    let noun = if first == "named" { second } else { first };
    has(BEFORE_NAMES, noun)
}

/// The name of a property, option or type.
fn is_name(text: &str) -> bool {
    let is_type = ["microsoft.graph.", "Edm."]
        .iter()
        .any(|of| text.starts_with(of));
    let plain = text.strip_prefix('$').unwrap_or(text);
    plain.len() <= 60
        && (is_type || plain.starts_with(|c: char| c.is_ascii_lowercase()))
        && plain
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || (is_type && b == b'.'))
        && plain.bytes().filter(u8::is_ascii_digit).count() <= 3
}

fn is_contraction(core: &str) -> bool {
    core.split_once(['\'', '\u{2019}'])
        .is_some_and(|(word, end)| !word.is_empty() && CONTRACTED.contains(&end) && is_plain(word))
}

/// A word of prose, or a short number.
fn is_plain(core: &str) -> bool {
    let plain = core.strip_prefix('$').unwrap_or(core);
    plain.len() <= 30
        && plain
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && plain.bytes().filter(u8::is_ascii_digit).count() <= 3
        && (!plain.starts_with(|c: char| c.is_ascii_uppercase()) || has(CAPITALIZED, plain))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_wrong_with_a_request_is_told() {
        for (message, shown) in [
            (
                "Parsing OData Select and Expand failed: Could not find a property named 'foo' on \
                 type 'microsoft.graph.user'.",
                "Parsing OData Select and Expand failed: Could not find a property named 'foo' on \
                 type 'microsoft.graph.user'",
            ),
            (
                "Invalid filter clause: Syntax error at position 9 in 'mail eq Adele'.",
                "Invalid filter clause: Syntax error at position 9 in …",
            ),
            (
                "Unsupported property filter clause operator 'ne'.",
                "Unsupported property filter clause operator 'ne'",
            ),
            (
                "The client can't page.\r\nThis isn't\u{1b}[31m supported",
                "The client can't page. This isn't [31m supported",
            ),
        ] {
            assert_eq!(sentence(message).as_deref(), Some(shown));
        }
    }

    #[test]
    fn values_names_of_people_and_ids_are_not() {
        for (message, shown) in [
            ("Invalid value 'adele' given", "Invalid value …"),
            ("a user named 'adele' exists", "a user named …"),
            ("Invalid property 'O'Neill' of Adele", "Invalid property …"),
            ("Invalid value \"x\", use 'y'", "Invalid value …"),
            (
                "User Adele Vance (adele@contoso.com) 3f2504e0-4f89-11d3-9a0c-0305e82c3301 failed again",
                "… failed again",
            ),
            ("call +1 425 5550100 or adele.vance", "call … 425 … or …"),
            ("The property O'Neill is unknown", "The property …"),
            ("ADELE-box of McAdele is full", "… of … is full"),
        ] {
            assert_eq!(sentence(message).as_deref(), Some(shown), "{message}");
        }
        for nothing in [
            "",
            "Adele",
            "MARK about Adele",
            "'x'",
            "\u{1f}",
            "adele@contoso.com",
        ] {
            assert_eq!(sentence(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn snake_case_is_told_from_names_of_the_service() {
        assert!(names_snake_case(
            "a property named 'display_name' on type 'x'"
        ));
        for other in [
            "'displayName'",
            "'extension_ab_name'",
            "'riskEventTypes_v2'",
            "a_b",
        ] {
            assert!(!names_snake_case(other), "{other}");
        }
    }

    proptest! {
        #[test]
        fn what_is_personal_stays_hidden_wherever_it_stands(
            before in "[a-z ]{0,20}",
            user in "[a-z]{3,10}@[a-z]{3,10}[.]com",
            id in "[0-9a-f]{8}-[0-9]{4}-[0-9]{4}",
            value in "[A-Z][a-z]{9,12}",
            quote in prop::sample::select(QUOTES),
        ) {
            let message = format!("{before} {user} ({id}) in {quote}name eq {value}{quote}, {value}");
            let shown = sentence(&message).unwrap_or_default();
            for hidden in [&user, &id, &value] {
                prop_assert!(!shown.contains(hidden.as_str()), "{shown}");
            }
        }

        #[test]
        fn whatever_is_said_is_short_and_plain(message in "\\PC{0,500}|(.|\\n){0,500}") {
            let shown = sentence(&message).unwrap_or_default();
            prop_assert!(shown.chars().count() <= LONGEST + 1);
            prop_assert!(!shown.contains(char::is_control) && !shown.contains('@'), "{shown}");
        }
    }
}
