//! One-thing packages (一件事): member cases kept in step, and handed in with one key.

use crate::Terminal;
use crate::act::LoadedCase;
use crate::carry::derived;
use crate::error::{Own, Result};
use crate::rpc::ChangeSource;
use crate::rpc::request::{CaseAct, Empty, OneCase, OpenPackage};
use crate::rpc::view::{MemberView, PackageLine, PackageMember, PackageView};
use domain::command::Command;
use domain::decide::may_take_in;
use domain::event::{BlobRef, CaseLink, Relation};
use domain::ids::{CaseId, CommandId, FieldPath, MatterId};
use domain::matter::MatterDefinition;
use domain::package::Package;
use domain::refusal::Refusal;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use uuid::Uuid;

impl Terminal {
    /// Packages whose matters are all in force, and that fit the definitions.
    pub(crate) fn packages(&self, _: Empty) -> Result<Vec<PackageLine>> {
        let role = self.actor()?.post.role;
        let definitions = self.definitions()?;
        let by_name: BTreeMap<MatterId, &MatterDefinition> =
            definitions.iter().map(|one| (one.id.clone(), &**one)).collect();
        let packages = self.packages_in_force()?;
        let sound = packages.iter().filter(|one| one.faults(&by_name).is_empty());
        Ok(sound
            .map(|one| PackageLine {
                id: one.id.clone(),
                title: one.title.clone(),
                initials: one.initials.clone(),
                guide: one.guide.clone(),
                members: one
                    .members
                    .iter()
                    .filter_map(|member| {
                        Some(PackageMember {
                            matter: member.matter.clone(),
                            name: by_name.get(&member.matter)?.short.clone(),
                            optional: member.optional,
                            when: member.when.clone(),
                        })
                    })
                    .collect(),
                allowed: one
                    .members
                    .iter()
                    .all(|member| by_name.get(&member.matter).is_some_and(|one| may_take_in(one, role))),
            })
            .collect())
    }

    /// Packages of the release in force, by name.
    fn packages_in_force(&self) -> Result<Arc<Vec<Package>>> {
        let store = self.store()?;
        Ok(Arc::clone(&self.contents.current(&store)?.packages))
    }

    fn package_named(&self, id: &str) -> Result<Package> {
        let known = self.packages_in_force()?.iter().find(|one| one.id == id).cloned();
        known.ok_or_else(|| Refusal::UnknownName { name: id.to_owned() }.into())
    }

    pub(crate) fn open_package(&self, request: OpenPackage) -> Result<PackageView> {
        let sound = self.packages(Empty {})?.into_iter().any(|one| one.id == request.package && one.allowed);
        let package = self.package_named(&request.package)?;
        if !sound {
            return Err(Refusal::RoleNotAllowed.into());
        }
        let wanted = package.members.iter().filter(|one| !one.optional || request.with.contains(&one.matter));
        let mut cases: Vec<CaseId> = Vec::new();
        self.clear_applicant();
        for member in wanted {
            let command = if cases.is_empty() {
                request.command
            } else {
                derived(request.command, member.matter.as_str())
            };
            let case = CaseId(Uuid::new_v8(*command.0.as_bytes()));
            let (hash, definition) = self.known_matter(&member.matter)?;
            self.act_open(case, command, &definition, hash)?;
            cases.push(case);
        }
        let (lead, others) = cases.split_first().ok_or(Own::ProgramFault)?;
        for other in others {
            for (case, to) in [(*lead, *other), (*other, *lead)] {
                let link = CaseLink { other: to, relation: Relation::Package, package: package.id.clone() };
                let name = derived(request.command, &format!("link {case} {to}"));
                self.act(case, name, Command::LinkCase(link), "一件事联办")?;
            }
        }
        if request.arrival {
            self.take_arrival(*lead)?;
        }
        self.state().focus = Some(*lead);
        self.changed(ChangeSource::Window, ["shell", "desk"]);
        self.package(OneCase { case: *lead })
    }

    /// The cases of a package to which a case belongs, with the package; none where it belongs to none.
    fn members_of(&self, case: CaseId) -> Result<Option<(Package, Vec<LoadedCase>)>> {
        let own = self.load_case(case)?;
        let tied = |one: &LoadedCase| -> Vec<CaseId> {
            let links = one.case.links.iter().filter(|link| link.relation == Relation::Package);
            links.map(|link| link.other).collect()
        };
        let Some(link) = own.case.links.iter().find(|one| one.relation == Relation::Package) else {
            return Ok(None);
        };
        let Ok(package) = self.package_named(&link.package) else { return Ok(None) };
        let mut members = vec![own];
        let mut seen = BTreeSet::from([case]);
        let mut at = 0;
        while let Some(one) = members.get(at) {
            for other in tied(one) {
                if seen.insert(other)
                    && let Ok(loaded) = self.load_case(other)
                {
                    members.push(loaded);
                }
            }
            at += 1;
        }
        let place =
            |one: &LoadedCase| package.members.iter().position(|member| member.matter == one.definition.id);
        members.sort_by_key(place);
        Ok(Some((package, members)))
    }

    /// Does on the other members what was done on one: the same answer, field, identity or page. What a member
    /// refuses stays undone there and stands on the page of the package as a difference.
    pub(crate) fn mirror(&self, case: CaseId, id: CommandId, command: &Command, words: &str) {
        let mirrored = matches!(
            command,
            Command::Answer { .. }
                | Command::ChangeFields { .. }
                | Command::ReadIdentity { .. }
                | Command::ReadRowCard { .. }
                | Command::AddPage { .. }
                | Command::ReplacePage { .. }
                | Command::RemovePage { .. }
                | Command::KeepPage { .. }
                | Command::ReorderPages { .. }
        );
        if !mirrored {
            return;
        }
        let Ok(Some((package, members))) = self.members_of(case) else { return };
        let Some(own) = members.iter().find(|one| one.case.id == case) else { return };
        for other in members.iter().filter(|one| one.case.id != case && one.case.at_counter()) {
            let Some(wish) = package.mirrored(command, &own.definition, &other.definition) else { continue };
            let there = other.case.id;
            let Ok(wish) = self.with_own_blobs(case, there, wish) else { continue };
            if self.act_alone(there, derived(id, &there.to_string()), wish, words).is_ok() {
                self.changed(ChangeSource::Window, [format!("case:{there}")]);
            }
        }
    }

    /// The command with its pictures encrypted anew: every case has keys of its own.
    fn with_own_blobs(&self, from: CaseId, to: CaseId, command: Command) -> Result<Command> {
        let copy = |picture: BlobRef| -> Result<BlobRef> {
            let bytes = self.blob_content(from, &picture)?;
            self.keep_blob(to, &bytes, &picture.media)
        };
        Ok(match command {
            Command::AddPage { material, page, picture, reading } => {
                Command::AddPage { material, page, picture: copy(picture)?, reading }
            }
            Command::ReplacePage { material, page, picture, reading } => {
                Command::ReplacePage { material, page, picture: copy(picture)?, reading }
            }
            Command::ReadIdentity { person, identity, reading } => {
                let identity = self.identity_for(to, from, &identity)?;
                Command::ReadIdentity { person, identity, reading }
            }
            Command::ReadRowCard { section, identity, reading } => {
                let identity = self.identity_for(to, from, &identity)?;
                Command::ReadRowCard { section, identity, reading }
            }
            other => other,
        })
    }

    pub(crate) fn package(&self, request: OneCase) -> Result<PackageView> {
        self.actor()?;
        self.package_view(request.case, &mut BTreeMap::new())
    }

    fn package_view(
        &self,
        case: CaseId,
        refused: &mut BTreeMap<CaseId, crate::rpc::RpcError>,
    ) -> Result<PackageView> {
        let Some((package, members)) = self.members_of(case)? else {
            let (id, title) = (String::new(), String::new());
            return Ok(PackageView { id, title, members: Vec::new() });
        };
        let lead = members.first().ok_or(Own::ProgramFault)?;
        let mut views = Vec::new();
        for (place, member) in members.iter().enumerate() {
            let before: Vec<_> =
                members.iter().take(place).map(|one| (&one.case, &*one.definition)).collect();
            let view = self.case_view(member.case.id)?;
            let (from, to) = ((&lead.case, &*lead.definition), (&member.case, &*member.definition));
            let asked = package.asked_before(&before, to);
            views.push(MemberView {
                line: view.line,
                editable: view.editable,
                missing: crate::view::missing_list(&view.missing),
                differs: package
                    .out_of_step(from, to)
                    .iter()
                    .map(|path| label(&lead.definition, path))
                    .collect(),
                shared: asked.fields,
                shared_questions: asked.questions,
                shared_materials: asked.materials,
                refused: refused.remove(&member.case.id),
            });
        }
        Ok(PackageView { id: package.id.clone(), title: package.title.clone(), members: views })
    }

    /// Hands every member in. Each is answered on its own: one may fail and says why, the others are kept.
    pub(crate) fn submit_package(&self, request: CaseAct) -> Result<PackageView> {
        self.actor()?;
        let Some((_, members)) = self.members_of(request.case)? else {
            return Err(Own::CaseUnknown.into());
        };
        let mut refused = BTreeMap::new();
        for member in members.iter().filter(|one| one.case.at_counter()) {
            let id = member.case.id;
            self.absorb_drafts(id);
            let name = derived(request.command, &id.to_string());
            if let Err(error) = self.act(id, name, Command::Submit, "提交") {
                refused.insert(id, self.rpc_error(&error));
            }
            self.changed(ChangeSource::Window, [format!("case:{id}"), "desk".to_owned(), "shell".to_owned()]);
        }
        self.package_view(request.case, &mut refused)
    }

    /// All definitions in force.
    pub(crate) fn definitions(&self) -> Result<Vec<Arc<MatterDefinition>>> {
        let store = self.store()?;
        let current = self.contents.current(&store)?;
        self.contents.definitions(&store, &current.edition)
    }
}

/// Label of a field with its section.
pub(crate) fn label(definition: &MatterDefinition, path: &FieldPath) -> String {
    let section = definition.section_of(path).map(|one| one.title.clone()).unwrap_or_default();
    let field = definition.field(path).map(|one| one.label.clone()).unwrap_or_default();
    format!("{section} · {field}")
}
