//! One HTML file for people: it needs no network, no script and no other file.

mod chart;
mod control;
mod date;
mod escape;
mod fact;
mod limits;
mod overview;
mod page;
mod people;

use std::fmt::{self, Write as _};

use self::escape::{Name, Text};
use self::page::Page;
use self::people::Lists;
use crate::assess::Assessment;
use crate::summary::Summary;
use crate::verdict::Status;

const STYLE: &str = include_str!("style.css");
/// The digest of [`STYLE`], which the content security policy allows and nothing else; a test keeps
/// the two together.
const STYLE_DIGEST: &str = "sha256-OvBs10xq0WdDVT6z1wmm4gKBbE2McDGAgZfsoS2R/IE=";

/// The assessment as one HTML file, for a board, an auditor, a printer.
///
/// It works offline and holds no script; its content security policy allows its own styles by their
/// digest and nothing else. It follows the reader's light or dark scheme, prints with everything
/// unfolded, and reads without its charts. Everything that comes from the tenant is escaped.
///
/// A list of people is printed once, wherever it first comes up, and linked to from there on. Of a list
/// longer than 1,000 the rest is counted; the JSON and the CSV name everybody.
///
/// ```
/// use compliance_map::{Catalogue, Facts, Options, Summary, assess, render};
///
/// let (facts, catalogue) = (Facts::default(), Catalogue::builtin());
/// let assessment = assess(&facts, &catalogue, &Options::new("2026-11-21T12:00:00Z".parse()?))?;
/// let page = render::html(&assessment, &Summary::new(&assessment, &facts, &catalogue));
/// assert!(page.starts_with("<!doctype html>") && !page.contains("<script"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn html(assessment: &Assessment, summary: &Summary) -> String {
    let mut page = Page {
        out: String::new(),
        assessment,
        summary,
        people: Lists::default(),
        assessed: assessment.results.iter().map(|r| &r.control).collect(),
    };
    // Writing to a String cannot fail.
    let _ = page.write();
    page.out
}

impl Page<'_> {
    fn write(&mut self) -> fmt::Result {
        self.head()?;
        self.out.push_str("<main id=\"main\">");
        self.brief()?;
        self.frameworks()?;
        self.failures()?;
        self.not_assessed()?;
        self.accepted()?;
        self.advisories()?;
        self.controls()?;
        self.crosswalk()?;
        self.reading()?;
        self.out.push_str("</main>");
        writeln!(
            self.out,
            "<footer>Made by compliance-map {} from evidence as of <time datetime=\"{}\">{}</time>. The same evidence gives the same report.</footer></body></html>",
            env!("CARGO_PKG_VERSION"),
            self.assessment.as_of,
            date::long(self.assessment.as_of),
        )
    }

    fn head(&mut self) -> fmt::Result {
        let tenant = self.assessment.tenant.as_ref();
        let called = tenant.map_or("An unnamed tenant", |t| t.name.as_deref().unwrap_or(&t.id));
        write!(
            self.out,
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{STYLE_DIGEST}'; base-uri 'none'; form-action 'none'\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\"><meta name=\"referrer\" content=\"no-referrer\"><title>{} – Microsoft 365 evidence report</title><style>{STYLE}</style></head><body><a class=\"skip\" href=\"#main\">Skip to the report</a>",
            Text(called)
        )?;
        write!(
            self.out,
            "<header><p class=\"kicker\">Microsoft 365 evidence report</p><h1>{}</h1><dl class=\"facts\"><dt>As of</dt><dd><time datetime=\"{}\">{}</time></dd>",
            Name(called),
            self.assessment.as_of,
            date::long(self.assessment.as_of)
        )?;
        if let Some(tenant) = tenant {
            write!(self.out, "<dt>Tenant</dt><dd>{}</dd>", Name(&tenant.id))?;
        }
        self.out
            .push_str("</dl></header><nav aria-label=\"Contents\"><ul>");
        for (anchor, words) in [
            ("brief", "In brief"),
            ("frameworks", "By framework"),
            ("failures", "What is lacking"),
            ("not-assessed", "Not assessed"),
            ("accepted", "Accepted risks"),
            ("reading", "How to read it"),
        ] {
            write!(self.out, "<li><a href=\"#{anchor}\">{words}</a></li>")?;
        }
        self.out.push_str("</ul></nav>");
        Ok(())
    }

    fn reading(&mut self) -> fmt::Result {
        self.out.push_str("<section id=\"reading\" aria-labelledby=\"reading-title\"><h2 id=\"reading-title\">How to read this report</h2><p>It says what collected settings and records prove, control by control. It is not an audit opinion: settings support most controls and prove few of them.</p><dl class=\"facts\">");
        for (which, meaning) in [
            (
                Status::Satisfied,
                "Every clause is proven by complete and fresh evidence for everybody it concerns.",
            ),
            (
                Status::PartiallySatisfied,
                "A lack is proven, and something is proven to be in place.",
            ),
            (
                Status::NotSatisfied,
                "A lack is proven, and nothing is proven to be in place.",
            ),
            (
                Status::Unknown,
                "No lack is proven, and evidence that could show one is missing. It is neither good nor bad.",
            ),
            (
                Status::Manual,
                "What facts can show is no failure, and the rest is for a person to decide.",
            ),
            (
                Status::NotApplicable,
                "The control does not bear on this tenant.",
            ),
        ] {
            write!(
                self.out,
                "<dt>{}</dt><dd>{meaning}</dd>",
                control::status(which)
            )?;
        }
        self.out.push_str("</dl><p>“47 of 50 (94.0 %)” counts whoever passes among those the control is about. Percentages are cut, never rounded up. People under an accepted risk are left out of both numbers and listed as excepted.</p></section>");
        Ok(())
    }
}
