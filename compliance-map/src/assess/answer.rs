//! One control: its clauses asked, judged and put together.

use std::collections::{BTreeMap, BTreeSet};

use super::attestations::{Attestations, DOCUMENTS};
use super::exceptions::Exceptions;
use super::judge::{self, Judged};
use super::remedy::{self, Remedy};
use super::result::{ClauseResult, ControlResult};
use super::select::is_demanded;
use super::{parameter, words};
use crate::directory::Pool;
use crate::evidence::{Evidence, EvidenceGrade};
use crate::facts::ScopeFact;
use crate::framework::{Catalogue, Clause, Control, Decidability, Rule};
use crate::rules::{Context, Finding};
use crate::verdict::Action;
use crate::verdict::{Advisory, Missing, Status, Subjects};

pub(super) struct Assessor<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) context: Context<'a>,
    pub(super) exceptions: Exceptions<'a>,
    pub(super) attestations: Attestations<'a>,
    /// Several controls ask the same question: it is answered once.
    pub(super) findings: BTreeMap<Rule, Finding>,
    pub(super) advisories: BTreeSet<Advisory>,
    pub(super) pool: Pool,
}

impl Assessor<'_> {
    pub(super) fn answer(&mut self, control: &Control) -> ControlResult {
        let mut answer = self.blank(control);
        if !is_demanded(self.context.evidence.facts, self.catalogue, control) {
            answer.status = Status::NotApplicable;
            "the organisation does not ask for it in its overlay".clone_into(&mut answer.why);
        } else if self.is_out_of_scope(control) {
            answer.status = Status::NotApplicable;
            answer.evidence = vec![self.context.evidence.usage(SCOPE)];
            "the organisation declared that what the framework protects is not in this tenant"
                .clone_into(&mut answer.why);
        } else if control.has_rule() {
            self.answer_by_rules(control, &mut answer);
        } else {
            let usage = control
                .evidence
                .iter()
                .map(|key| self.context.evidence.usage(key));
            answer.evidence = usage.collect();
            answer.why = match control.decidability {
                Decidability::EvidenceOnly => {
                    "a process or a document, which settings cannot show; the facts are attached"
                        .to_owned()
                }
                _ => match &control.no_fact {
                    Some(reason) => format!("{reason}; the facts are attached"),
                    None => "no rule decides it; the facts are attached".to_owned(),
                },
            };
            answer.recommendation = Some(words::by_hand(control, answer.evidence.iter()));
            let attested = self.attestations.for_control(&control.reference);
            if control.decidability == Decidability::EvidenceOnly
                && !self.catalogue.is_audited(control)
            {
                answer.remedies = vec![attest(&control.title)];
            }
            if let (Decidability::EvidenceOnly, Some(attested)) = (control.decidability, attested) {
                answer.remedies.clear();
                answer.status = Status::Satisfied;
                answer.why = attested;
                answer.recommendation = None;
            }
        }
        answer.subjects.share(&mut self.pool);
        for remedy in &mut answer.remedies {
            self.pool.share(&mut remedy.subjects);
        }
        if let Some(note) = &control.note {
            answer.why = format!("{} ({note})", answer.why);
        }
        let framework = self.catalogue.framework(control.reference.framework());
        answer.native = framework
            .and_then(|f| f.native(answer.status))
            .map(str::to_owned);
        answer
    }

    /// The row in which the organisation declared the scope of a control's framework.
    fn declared_scope(&self, control: &Control) -> Option<&ScopeFact> {
        let evidence = self.context.evidence;
        if evidence.grade(SCOPE) != EvidenceGrade::Whole {
            return None;
        }
        let rows = &evidence.facts.attest_scope.items;
        let of = |framework: Option<&str>| {
            rows.iter()
                .rfind(|row| row.framework.as_deref() == framework)
        };
        of(Some(control.reference.framework())).or_else(|| of(None))
    }

    /// Whether the organisation declared that what the framework protects is not in this tenant.
    fn is_out_of_scope(&self, control: &Control) -> bool {
        let framework = self.catalogue.framework(control.reference.framework());
        let can_be = framework.is_some_and(|f| f.scope_assumption.is_some());
        let declared = self.declared_scope(control);
        can_be && declared.is_some_and(|row| row.in_scope == Some(false))
    }

    fn blank(&self, control: &Control) -> ControlResult {
        let framework = self.catalogue.framework(control.reference.framework());
        let scope_declared = self.declared_scope(control).is_some();
        let assumption = framework.and_then(|f| f.scope_assumption.clone());
        ControlResult {
            control: control.reference.clone(),
            title: control.title.clone(),
            status: Status::Manual,
            native: None,
            why: String::new(),
            ratio: None,
            subjects: Subjects::default(),
            clauses: Vec::new(),
            evidence: Vec::new(),
            missing: Vec::new(),
            recommendation: None,
            remedies: Vec::new(),
            incomplete: false,
            assumptions: assumption.filter(|_| !scope_declared).into_iter().collect(),
            themes: self.catalogue.themes(control),
        }
    }

    fn answer_by_rules(&mut self, control: &Control, answer: &mut ControlResult) {
        let attested = self.attestations.for_control(&control.reference);
        let audited = self.catalogue.is_audited(control);
        let mut gathered = Gathered::default();
        for clause in &control.clauses {
            match clause {
                Clause::Open { open } => gathered.open.push(open),
                Clause::Rule { rule, already } => {
                    let rule = parameter::apply(
                        *rule,
                        &control.reference,
                        self.context.evidence,
                        &mut self.advisories,
                    );
                    let context = &self.context;
                    let finding = self
                        .findings
                        .entry(rule)
                        .or_insert_with(|| context.find(rule));
                    if let Some(stale) = stale(context.evidence, control, finding) {
                        gathered.add_stale(finding, stale);
                        continue;
                    }
                    let population = &self.context.population;
                    let excepted =
                        self.exceptions
                            .for_control(&control.reference, finding, population);
                    let mut clause = judge::clause(finding, &excepted, already.as_deref());
                    if finding.attestable && clause.result.status == Status::Unknown {
                        if let Some(attested) = &attested {
                            gathered.evidence.insert(DOCUMENTS);
                            clause.settle(attested);
                        } else if !audited {
                            gathered.remedies.insert(attest(&finding.question));
                        }
                    }
                    gathered.add(finding, clause);
                }
            }
        }
        let settled = match &attested {
            Some(_) => std::mem::take(&mut gathered.open),
            None => Vec::new(),
        };
        if !settled.is_empty() {
            gathered.evidence.insert(DOCUMENTS);
        }
        if !audited {
            let attests = gathered.open.iter().map(|clause| attest(clause));
            gathered.remedies.extend(attests);
        }
        gathered.into_answer(self.context.evidence, answer);
        for question in settled {
            answer.clauses.push(ClauseResult {
                question: question.to_owned(),
                status: Status::Satisfied,
                ratio: None,
                why: attested.clone().unwrap_or_default(),
            });
        }
    }
}

const SCOPE: &str = "attest.scope";

/// Evidence that is fresh enough in general, and too old for this control.
fn stale(evidence: Evidence<'_>, control: &Control, finding: &Finding) -> Option<Missing> {
    let limit = control.max_age_hours?;
    let keys = finding.evidence.iter().copied();
    let mut old = keys.filter_map(|key| evidence.too_old_for(key, limit));
    old.next()
}

/// What the clauses of one control bring together.
#[derive(Default)]
struct Gathered<'c> {
    judged: Vec<Judged>,
    evidence: BTreeSet<&'static str>,
    missing: BTreeSet<Missing>,
    advice: Vec<&'static str>,
    remedies: BTreeSet<Remedy>,
    /// Clauses that stay with a person.
    open: Vec<&'c str>,
}

impl Gathered<'_> {
    /// A clause about which evidence too old for its control proves nothing.
    fn add_stale(&mut self, finding: &Finding, stale: Missing) {
        self.evidence.extend(finding.evidence.iter().copied());
        self.judged.push(Judged::stale(&finding.question, &stale));
        self.missing.insert(stale);
    }

    fn add(&mut self, finding: &Finding, clause: Judged) {
        self.evidence.extend(finding.evidence.iter().copied());
        if clause.incomplete {
            self.missing.extend(finding.missing.iter().cloned());
        }
        let lacking = &clause.subjects;
        if !lacking.failing.is_empty() || !lacking.conditional.is_empty() {
            self.advice.push(finding.advice);
        }
        remedy::help(finding, &clause.subjects, &mut self.remedies);
        if clause.over_limit {
            self.remedies.insert(Remedy {
                action: Action::EndExceptions,
                subjects: clause.subjects.excepted.clone(),
            });
            self.advice
                .push("end exceptions until no more than two, or 5 %, are left");
        }
        self.judged.push(clause);
    }

    fn into_answer(mut self, evidence: Evidence<'_>, answer: &mut ControlResult) {
        answer.status = judge::control(&self.judged, !self.open.is_empty());
        answer.why = words::why(&self.judged, &self.open);
        let first = self.judged.first();
        answer.ratio = first
            .and_then(|clause| clause.result.ratio.clone())
            .filter(|_| answer.status != Status::Unknown);
        answer.incomplete = self.judged.iter().any(|clause| clause.incomplete);
        answer.evidence = self
            .evidence
            .iter()
            .map(|key| evidence.usage(key))
            .collect();
        answer.recommendation =
            words::recommendation(answer.status, &self.advice, &self.missing, &self.open);
        let supplies = self.missing.iter().map(|m| remedy::supply(evidence, m));
        self.remedies.extend(supplies);
        answer.remedies = self.remedies.into_iter().collect();
        answer.missing = self.missing.into_iter().collect();
        for clause in self.judged {
            answer.subjects.add(&clause.subjects);
            answer.clauses.push(clause.result);
        }
        for question in self.open {
            answer.clauses.push(ClauseResult {
                question: question.to_owned(),
                status: Status::Manual,
                ratio: None,
                why: "stays with a person".to_owned(),
            });
        }
    }
}

fn attest(clause: &str) -> Remedy {
    Remedy::of_tenant(Action::GiveAttestation {
        clause: clause.to_owned(),
    })
}
