//! Text from outside, made safe to show.

use std::borrow::Cow;

/// Text on one line in which every character can be seen.
///
/// Names, titles and error texts come from whoever can rename an account, send an answer or write a
/// framework file. Shown as they are they could steer a terminal, break a line and forge the next, or
/// turn what stands around them, so that `gnp.exe` reads as `exe.png`. White space that is not a blank
/// becomes one; any other control character, and any character that shows nothing but changes what is
/// read (bidirectional controls, zero width, byte order mark, tags), becomes `�`. Selectors between two
/// forms of a letter or picture stay.
///
/// The renderers of this module do it themselves; a program that prints names from facts can do the
/// same by it. See <https://www.unicode.org/reports/tr36/>.
///
/// ```
/// use compliance_map::render::printable;
///
/// assert_eq!(printable("Ada\u{1b}[2J\nLovelace \u{202e}gnp.exe"), "Ada\u{fffd}[2J Lovelace \u{fffd}gnp.exe");
/// assert_eq!(printable("李 小龍 – ok"), "李 小龍 – ok");
/// ```
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| shown(c) == c) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.chars().map(shown).collect())
    }
}

/// The character, or what stands for it.
fn shown(c: char) -> char {
    match c {
        '\t'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => ' ',
        c if c.is_control() || is_unseen(c) || is_noncharacter(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}

/// Whether a character shows nothing of its own: Unicode's `Default_Ignorable_Code_Point`, the
/// variation selectors left out.
///
/// See <https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point>.
fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e00ff}' | '\u{e01f0}'..='\u{e0fff}')
}

/// Whether the code point is no character, which XML and HTML do not allow.
fn is_noncharacter(c: char) -> bool {
    let code = u32::from(c);
    (0xFDD0..=0xFDEF).contains(&code) || code & 0xFFFE == 0xFFFE
}
