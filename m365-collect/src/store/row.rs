//! Rows as types, and what is done with many of them.

use std::borrow::Cow;

use super::StoreError;
use super::backend::Transaction;
use super::table::{Column, Existing, Selection, Table, Type, Value};

/// A text of a row.
pub(super) type Text = Cow<'static, str>;

/// Rows looked at in one go.
pub(super) const SOME: usize = 1_000;

/// What a column holds, as a type.
pub(super) trait Field: Sized {
    const HOLDS: Type;
    const IS_OPTIONAL: bool = false;
    fn into_value(self) -> Value;
    fn from_value(value: Value) -> Option<Self>;
}

impl Field for i64 {
    const HOLDS: Type = Type::Integer;
    fn into_value(self) -> Value {
        Value::Integer(self)
    }
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Integer(number) => Some(number),
            _ => None,
        }
    }
}

impl Field for u64 {
    const HOLDS: Type = Type::Integer;
    fn into_value(self) -> Value {
        Value::Integer(self.cast_signed())
    }
    fn from_value(value: Value) -> Option<Self> {
        i64::from_value(value).and_then(|number| number.try_into().ok())
    }
}

impl Field for bool {
    const HOLDS: Type = Type::Integer;
    fn into_value(self) -> Value {
        Value::Integer(self.into())
    }
    fn from_value(value: Value) -> Option<Self> {
        i64::from_value(value).map(|number| number != 0)
    }
}

impl Field for Text {
    const HOLDS: Type = Type::Text;
    fn into_value(self) -> Value {
        Value::Text(self)
    }
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl Field for Vec<u8> {
    const HOLDS: Type = Type::Blob;
    fn into_value(self) -> Value {
        Value::Blob(self)
    }
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Blob(bytes) => Some(bytes),
            _ => None,
        }
    }
}

impl<F: Field> Field for Option<F> {
    const HOLDS: Type = F::HOLDS;
    const IS_OPTIONAL: bool = true;
    fn into_value(self) -> Value {
        self.map_or(Value::Null, F::into_value)
    }
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            value => F::from_value(value).map(Some),
        }
    }
}

/// A row as a type.
pub(super) trait Row: Sized + Send + Sync {
    const COLUMNS: &'static [Column];
    const WIDTH: usize = Self::COLUMNS.len();
    fn write(self, to: &mut Vec<Value>);
    fn key(&self) -> Vec<Value>;
    fn read(from: &mut std::vec::IntoIter<Value>) -> Option<Self>;
}

/// One after the other.
pub(super) fn read_all<R: Row>(
    table: &'static Table,
    values: Vec<Value>,
) -> Result<Vec<R>, StoreError> {
    let mut rows = Vec::with_capacity(values.len() / R::WIDTH);
    let mut values = values.into_iter();
    while values.len() > 0 {
        rows.push(R::read(&mut values).ok_or_else(|| damaged(table.name))?);
    }
    Ok(rows)
}

/// A name as a text of a row.
pub(super) fn name(name: &str) -> Text {
    Text::Owned(name.to_owned())
}

pub(super) fn damaged(what: &str) -> StoreError {
    StoreError::Damaged {
        what: format!("a row of {what}"),
    }
}

/// The keys of rows.
pub(super) fn keys<R: Row>(rows: &[R]) -> Vec<Value> {
    rows.iter().flat_map(Row::key).collect()
}

/// Deletes rows by their keys.
pub(super) async fn delete<R: Row>(
    tx: &mut dyn Transaction,
    table: &'static Table,
    rows: &[R],
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    tx.delete_many(table, table.key, keys(rows)).await
}

/// Deletes selected rows, and gives them.
pub(super) async fn take_some<R: Row>(
    tx: &mut dyn Transaction,
    selection: &Selection,
) -> Result<Vec<R>, StoreError> {
    let rows: Vec<R> = range(tx, selection).await?;
    delete(tx, selection.table, &rows).await?;
    Ok(rows)
}

/// Deletes those of selected rows that are to go, and gives them.
pub(super) async fn take<R: Row>(
    tx: &mut dyn Transaction,
    selection: Selection,
    mut goes: impl FnMut(&R) -> bool + Send,
) -> Result<Vec<R>, StoreError> {
    let table = selection.table;
    let mut taken = Vec::new();
    let mut rows = Cursor::new(selection);
    while let Some(mut some) = rows.next::<R>(tx).await? {
        some.retain(&mut goes);
        delete(tx, table, &some).await?;
        taken.append(&mut some);
    }
    Ok(taken)
}

pub(super) async fn get<R: Row>(
    tx: &mut dyn Transaction,
    table: &'static Table,
    width: usize,
    keys: Vec<Value>,
) -> Result<Vec<R>, StoreError> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    read_all(table, tx.get_many(table, width, keys).await?)
}

/// One row by its whole key.
pub(super) async fn one<R: Row>(
    tx: &mut dyn Transaction,
    table: &'static Table,
    key: Vec<Value>,
) -> Result<Option<R>, StoreError> {
    let width = key.len();
    Ok(get(tx, table, width, key).await?.pop())
}

pub(super) async fn range<R: Row>(
    tx: &mut dyn Transaction,
    selection: &Selection,
) -> Result<Vec<R>, StoreError> {
    read_all(selection.table, tx.range(selection).await?)
}

/// Some columns of a row.
pub(super) trait Columns: Sized {
    fn read(from: &mut std::vec::IntoIter<Value>) -> Option<Self>;
}

macro_rules! columns {
    ($($column:ident),*) => {
        impl<$($column: Field),*> Columns for ($($column),*) {
            fn read(from: &mut std::vec::IntoIter<Value>) -> Option<Self> {
                Some(($($column::from_value(from.next()?)?),*))
            }
        }
    };
}

columns!(A, B);
columns!(A, B, C, D, E);

/// Of selected rows only these columns.
pub(super) async fn pick<C: Columns>(
    tx: &mut dyn Transaction,
    selection: Selection,
    columns: &'static [&'static str],
) -> Result<Vec<C>, StoreError> {
    let table = selection.table;
    let values = tx.range(&selection.only(columns)).await?;
    let mut rows = Vec::with_capacity(values.len() / columns.len());
    let mut values = values.into_iter();
    while values.len() > 0 {
        rows.push(C::read(&mut values).ok_or_else(|| damaged(table.name))?);
    }
    Ok(rows)
}

/// Writes rows in the place of any before.
pub(super) async fn put<R: Row>(
    tx: &mut dyn Transaction,
    table: &'static Table,
    rows: Vec<R>,
) -> Result<(), StoreError> {
    put_by(tx, table, rows, Existing::Replace).await.map(drop)
}

pub(super) async fn put_by<R: Row>(
    tx: &mut dyn Transaction,
    table: &'static Table,
    rows: Vec<R>,
    existing: Existing,
) -> Result<u64, StoreError> {
    let mut values = Vec::new();
    for row in rows {
        row.write(&mut values);
    }
    if values.is_empty() {
        return Ok(0);
    }
    tx.put_many(table, values, existing).await
}

/// Appends rows to a table that numbers them, whatever number they have; gives the first one.
pub(super) async fn append<R: Row>(
    tx: &mut dyn Transaction,
    table: &'static Table,
    rows: Vec<R>,
) -> Result<i64, StoreError> {
    let mut values = Vec::new();
    for row in rows {
        let end = values.len();
        row.write(&mut values);
        values.remove(end);
    }
    if values.is_empty() {
        return Ok(0);
    }
    tx.append(table, values).await
}

/// Goes through selected rows by their whole key, some at a time; they may be changed meanwhile.
pub(super) struct Cursor {
    selection: Selection,
    is_done: bool,
}

impl Cursor {
    pub(super) fn new(selection: Selection) -> Self {
        Self {
            selection: selection.limit(SOME),
            is_done: false,
        }
    }

    /// The next ones; `None` where there are no more.
    pub(super) async fn next<R: Row>(
        &mut self,
        tx: &mut dyn Transaction,
    ) -> Result<Option<Vec<R>>, StoreError> {
        if self.is_done {
            return Ok(None);
        }
        let values = tx.range(&self.selection).await?;
        let count = values.len() / R::WIDTH;
        self.is_done = count < SOME;
        if let Some(last) = values.rchunks(R::WIDTH).next() {
            let skipped = self.selection.prefix.len();
            let order = self.selection.order().len();
            self.selection.after = last.get(skipped..order).unwrap_or_default().to_vec();
        }
        Ok(match count {
            0 => None,
            _ => Some(read_all(self.selection.table, values)?),
        })
    }
}
