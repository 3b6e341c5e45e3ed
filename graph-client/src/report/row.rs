//! A row of CSV as a value to be deserialized: cells are text until a field wants something else.

use csv::StringRecord;
use serde::de::value::{Error as ValueError, MapDeserializer, StrDeserializer};
use serde::de::{self, DeserializeOwned, Deserializer, IntoDeserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;

use crate::decode;
use crate::error::ItemError;

pub(super) struct Row<'a> {
    columns: &'a [String],
    cells: &'a StringRecord,
}

impl<'a> Row<'a> {
    pub(super) fn new(columns: &'a [String], cells: &'a StringRecord) -> Self {
        Self { columns, cells }
    }

    pub(super) fn decode<T: DeserializeOwned>(&self, index: usize) -> Result<T, ItemError> {
        let cells = self
            .columns
            .iter()
            .zip(self.cells)
            .map(|(name, cell)| (name.as_str(), Cell(cell)));
        let map = MapDeserializer::<_, ValueError>::new(cells);
        serde_path_to_error::deserialize(map).map_err(|error| {
            let expected = decode::expectation(&error.inner().to_string());
            ItemError::in_row(index, decode::cut(&error.path().to_string()), expected)
        })
    }
}

/// A cell: empty is nothing, `True` is true, digits are a number, if that is what is wanted.
struct Cell<'a>(&'a str);

impl Cell<'_> {
    fn parse<T: std::str::FromStr>(&self, wanted: &'static str) -> Result<T, ValueError> {
        let text = self.0.trim();
        text.parse()
            .map_err(|_| de::Error::invalid_value(Unexpected::Str(text), &wanted))
    }
}

impl<'de> IntoDeserializer<'de, ValueError> for Cell<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! numbers {
    ($($method:ident $visit:ident $wanted:literal,)+) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
            visitor.$visit(self.parse($wanted)?)
        })+
    };
}

impl<'de> Deserializer<'de> for Cell<'de> {
    type Error = ValueError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_borrowed_str(self.0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        if self.0.trim().is_empty() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        let text = self.0.trim();
        for (name, value) in [
            ("true", true),
            ("yes", true),
            ("false", false),
            ("no", false),
        ] {
            if text.eq_ignore_ascii_case(name) {
                return visitor.visit_bool(value);
            }
        }
        Err(de::Error::invalid_value(
            Unexpected::Str(text),
            &"true or false",
        ))
    }

    numbers! {
        deserialize_i8 visit_i8 "a small whole number",
        deserialize_i16 visit_i16 "a small whole number",
        deserialize_i32 visit_i32 "a whole number",
        deserialize_i64 visit_i64 "a whole number",
        deserialize_u8 visit_u8 "a small number of things",
        deserialize_u16 visit_u16 "a small number of things",
        deserialize_u32 visit_u32 "a number of things",
        deserialize_u64 visit_u64 "a number of things",
        deserialize_f32 visit_f32 "a number",
        deserialize_f64 visit_f64 "a number",
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ValueError> {
        let name: StrDeserializer<'de, ValueError> = self.0.trim().into_deserializer();
        visitor.visit_enum(name)
    }

    forward_to_deserialize_any! {
        i128 u128 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}
