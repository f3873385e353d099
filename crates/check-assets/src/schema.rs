//! The schemas (JSON Schema 2020-12) of the files that make a catalogue, made from the types that read them.

use domain::catalogue::CodeFile;
use domain::flow::Flow;
use domain::limit::Calendar;
use domain::matter::file::{FormFile, MatterFile, PaperSetFile};
use domain::package::Package;
use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::Value;

/// A schema with the folder whose files it describes.
pub struct FolderSchema {
    /// Folder of the assets.
    pub folder: &'static str,
    /// Name of the file in `assets/schema`.
    pub file: &'static str,
    /// The schema.
    pub schema: Value,
}

fn of<T: JsonSchema>(folder: &'static str, file: &'static str) -> FolderSchema {
    let generator = SchemaGenerator::new(SchemaSettings::draft2020_12());
    FolderSchema { folder, file, schema: generator.into_root_schema_for::<T>().to_value() }
}

/// The schema of each folder.
#[must_use]
pub fn all() -> Vec<FolderSchema> {
    vec![
        of::<Calendar>("calendar", "calendar.schema.json"),
        of::<CodeFile>("codes", "code-table.schema.json"),
        of::<Flow>("flows", "flow.schema.json"),
        of::<FormFile>("forms", "form.schema.json"),
        of::<MatterFile>("matters", "matter.schema.json"),
        of::<Package>("packages", "package.schema.json"),
        of::<PaperSetFile>("papersets", "paper-set.schema.json"),
    ]
}
