//! Where a name stands in a JSON text.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// How deep the shallowest name stands in a JSON text, one being a property of its own; none beyond
/// `deepest` is looked for.
pub(super) fn depth_of_name(
    json: &str,
    deepest: usize,
    is_name: &dyn Fn(&str) -> bool,
) -> Option<usize> {
    let found = Cell::new(usize::MAX);
    let look = Look {
        is_name,
        depth: 0,
        deepest,
        found: &found,
    };
    // What is not JSON gives nothing: a record always is.
    let _ = look.deserialize(&mut serde_json::Deserializer::from_str(json));
    (found.get() != usize::MAX).then(|| found.get())
}

#[derive(Clone, Copy)]
struct Look<'a> {
    is_name: &'a dyn Fn(&str) -> bool,
    depth: usize,
    deepest: usize,
    found: &'a Cell<usize>,
}

impl Look<'_> {
    fn inside(self) -> Option<Self> {
        (self.depth < self.deepest).then(|| Self {
            depth: self.depth + 1,
            ..self
        })
    }
}

impl<'de> DeserializeSeed<'de> for Look<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Look<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        if self.depth < self.found.get() && (self.is_name)(text) {
            self.found.set(self.depth);
        }
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        match self.inside() {
            Some(inside) => while items.next_element_seed(inside)?.is_some() {},
            None => while items.next_element::<IgnoredAny>()?.is_some() {},
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let inside = self.inside();
        while members.next_key::<IgnoredAny>()?.is_some() {
            match inside {
                Some(inside) => members.next_value_seed(inside)?,
                None => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
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
