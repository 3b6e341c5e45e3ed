//! Where a name stands in a JSON text.

use std::borrow::Cow;

/// How deep the shallowest name stands in a JSON text, one being a property of its own; none beyond
/// `deepest` is looked for. The text is gone through once, however deep it is: a record is kept as it
/// was received, and nobody bounds that.
pub(super) fn depth_of_name(
    json: &str,
    deepest: usize,
    is_name: &dyn Fn(&str) -> bool,
) -> Option<usize> {
    let (mut depth, mut found) = (0_usize, None);
    let mut rest = json;
    while let Some(at) = rest.find(['"', '{', '}', '[', ']']) {
        let (_, here) = rest.split_at(at);
        rest = match here.as_bytes().first() {
            Some(b'"') => {
                let (text, after) = here.split_at(end_of_text(here));
                let is_value = !after.trim_start().starts_with(':');
                let is_looked_for = depth <= deepest && found.is_none_or(|found| depth < found);
                if is_value && is_looked_for && unescaped(text).is_some_and(|text| is_name(&text)) {
                    found = Some(depth);
                }
                after
            }
            open => {
                depth = match open {
                    Some(b'{' | b'[') => depth + 1,
                    _ => depth.saturating_sub(1),
                };
                here.get(1..).unwrap_or_default()
            }
        };
    }
    found
}

/// The length of the text that begins here, its quotes included.
fn end_of_text(here: &str) -> usize {
    let mut is_escaped = false;
    for (at, byte) in here.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    here.len()
}

fn unescaped(text: &str) -> Option<Cow<'_, str>> {
    if text.contains('\\') {
        return serde_json::from_str::<String>(text).ok().map(Cow::Owned);
    }
    let inside = text.strip_prefix('"')?.strip_suffix('"')?;
    Some(Cow::Borrowed(inside))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn depth(json: &str) -> Option<usize> {
        let is_name = |text: &str| text.eq_ignore_ascii_case("Ada@Contoso.example");
        depth_of_name(json, usize::MAX, &is_name)
    }

    #[test]
    fn a_name_counts_whole_and_whatever_its_case_at_any_depth() {
        assert_eq!(depth(r#"{"mail":"ADA@contoso.example"}"#), Some(1));
        assert_eq!(depth(r#"{"mail":"ada\u0040contoso.example"}"#), Some(1));
        assert_eq!(depth(r#"{"a":[{"b":"ada@contoso.example"}]}"#), Some(3));
        assert_eq!(
            depth(r#"{"a":["ada@contoso.example"],"b":"ada@contoso.example"}"#),
            Some(1)
        );
        let deep = format!(
            r#"{}{{"mail":"ada@contoso.example"}}{}"#,
            r#"{"a":["#.repeat(50_000),
            "]}".repeat(50_000)
        );
        assert_eq!(depth(&deep), Some(100_001));
        for none in [
            r#"{"mail":"smtp:ada@contoso.example"}"#,
            r#"{"ada@contoso.example":1}"#,
            r#"{"a":[1,2.5,null,true,-3,{}]}"#,
            "[]",
        ] {
            assert_eq!(depth(none), None, "{none}");
        }
    }
}
