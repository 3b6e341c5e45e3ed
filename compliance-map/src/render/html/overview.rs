//! The first page: what was found, in numbers and in one sentence each.

use std::fmt::{self, Write as _};

use super::super::words::{capital, population};
use super::chart;
use super::control::{covered, status, title};
use super::escape::{Name, Text};
use super::page::{Page, anchor, refs};
use crate::assess::ControlResult;
use crate::crosswalk::{SharedQuestion, crosswalk};
use crate::verdict::Status;

impl Page<'_> {
    pub(super) fn brief(&mut self) -> fmt::Result {
        let counts = self.summary.counts;
        let (total, lacking) = (
            counts.total(),
            counts.partially_satisfied + counts.not_satisfied,
        );
        write!(
            self.out,
            "<section id=\"brief\" aria-labelledby=\"brief-title\"><h2 id=\"brief-title\">In brief</h2><p class=\"lede\">Of {total} controls in {} frameworks, the evidence proves {} and shows a lack in {lacking}. For {} evidence is missing, and {} are for a person to decide.</p>",
            self.summary.frameworks.len(),
            counts.satisfied,
            counts.unknown,
            counts.manual,
        )?;
        self.out.push_str("<ul class=\"figures\">");
        for (which, count) in counts.iter() {
            if count == 0 && which == Status::NotApplicable {
                continue;
            }
            write!(
                self.out,
                "<li class=\"{}\"><b>{count}</b><span>{}</span><small>of {total} controls</small></li>",
                which.as_str(),
                capital(&which.as_str().replace('_', " ")),
            )?;
        }
        write!(
            self.out,
            "</ul><p class=\"quiet\">{}. A requirement that stands in several frameworks is counted in each. No score is given: no framework says what one control is worth against another.</p></section>",
            Text(&population(self.assessment))
        )
    }

    pub(super) fn frameworks(&mut self) -> fmt::Result {
        self.out.push_str("<section id=\"frameworks\" aria-labelledby=\"frameworks-title\"><h2 id=\"frameworks-title\">By framework</h2><ul class=\"entries\">");
        let summary = self.summary;
        for framework in &summary.frameworks {
            write!(
                self.out,
                "<li><h3><a href=\"#{}\">{}</a></h3>",
                anchor(&framework.id),
                Text(&title(framework))
            )?;
            chart::statuses(&mut self.out, &framework.counts, "Controls by status")?;
            self.out.push_str("<ul class=\"legend\">");
            for (which, count) in framework.counts.iter().filter(|(_, count)| *count > 0) {
                write!(self.out, "<li>{} {count}</li>", status(which))?;
            }
            write!(
                self.out,
                "<li class=\"quiet\">of {}</li></ul></li>",
                framework.counts.total()
            )?;
        }
        self.out.push_str("</ul></section>");
        Ok(())
    }

    /// What fails, each question once, with all the controls it touches.
    pub(super) fn failures(&mut self) -> fmt::Result {
        self.out.push_str("<section id=\"failures\" aria-labelledby=\"failures-title\"><h2 id=\"failures-title\">What is lacking, and what it touches</h2>");
        let questions = crosswalk(self.assessment);
        let lacking: Vec<&SharedQuestion> = questions
            .iter()
            .filter(|q| q.status != Status::Unknown)
            .collect();
        if lacking.is_empty() {
            self.out.push_str("<p>No lack is proven. That is no proof that there is none: see what was not assessed.</p></section>");
            return Ok(());
        }
        self.out.push_str("<p class=\"quiet\">One failing question often stands behind many controls. The first is the one that touches most.</p><ul class=\"entries\">");
        for question in lacking {
            self.failure(question)?;
        }
        self.out.push_str("</ul></section>");
        Ok(())
    }

    fn failure(&mut self, question: &SharedQuestion) -> fmt::Result {
        write!(
            self.out,
            "<li><h3>{}</h3>",
            Text(&capital(&question.question))
        )?;
        write!(self.out, "<p>{} ", status(question.status))?;
        match covered(question.ratio.as_deref()) {
            // A percentage of one says nothing.
            Some(covered) if covered.total > 1 => {
                write!(self.out, "{covered} pass.</p>")?;
                chart::share(&mut self.out, covered.covered, covered.total)?;
            }
            _ => self.out.push_str("</p>"),
        }
        if question.incomplete {
            self.out.push_str(
                "<p>Evidence is missing, so there may be more than is counted and listed.</p>",
            );
        }
        if let Some(result) = self.example(question) {
            let (assessment, subjects) = (self.assessment, &result.subjects);
            self.people.write(&mut self.out, assessment, subjects)?;
        } else if let Some(touched) = question.controls.first() {
            let reference = touched.control.to_string();
            write!(
                self.out,
                "<p>Who fails is named under <a href=\"#{}\">{}</a>, together with what else it lacks.</p>",
                anchor(&reference),
                Text(&reference)
            )?;
        }
        let mut frameworks: Vec<&str> = Vec::new();
        for touched in &question.controls {
            if !frameworks.contains(&touched.control.framework()) {
                frameworks.push(touched.control.framework());
            }
        }
        write!(
            self.out,
            "<p class=\"small\">Touches {} in {}:</p>",
            several(question.controls.len(), "control"),
            several(frameworks.len(), "framework")
        )?;
        let controls: Vec<_> = question
            .controls
            .iter()
            .map(|t| t.control.clone())
            .collect();
        refs(self, &controls)?;
        self.out.push_str("</li>");
        Ok(())
    }
}

impl<'a> Page<'a> {
    /// A control that lacks nothing but what this question asks, so that its lists are those of the
    /// question.
    fn example(&self, question: &SharedQuestion) -> Option<&'a ControlResult> {
        let only = question.controls.iter().find(|touched| touched.only_lack)?;
        let results = &self.assessment.results;
        results.iter().find(|result| result.control == only.control)
    }

    pub(super) fn advisories(&mut self) -> fmt::Result {
        let advisories = &self.assessment.advisories;
        if advisories.is_empty() {
            return Ok(());
        }
        self.out.push_str("<section id=\"advisories\" aria-labelledby=\"advisories-title\"><h2 id=\"advisories-title\">To look at</h2><p class=\"quiet\">Remarks that change no status.</p><ul>");
        for advisory in advisories {
            write!(
                self.out,
                "<li>{} {}</li>",
                Name(&advisory.subject),
                Text(&advisory.message)
            )?;
        }
        self.out.push_str("</ul></section>");
        Ok(())
    }
}

pub(super) fn several(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}
