//! Proof sheets for who writes templates: sets a template with a file of sample data.
//!
//! `cargo run -p paper-worker --example proof -- assets/templates receipt sample.json out.pdf`
//!
//! Unlike the worker it says in full what typst thinks of the template.

use std::error::Error;
use std::path::{Path, PathBuf};

use paper::{DEBIAN_FONT_FOLDERS, MissingGlyphs, PrintOrder, TemplateId};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [templates, template, sample, out] = &arguments[..] else {
        return Err("usage: proof TEMPLATES TEMPLATE SAMPLE.json OUT.pdf".into());
    };
    let fonts: Vec<PathBuf> = DEBIAN_FONT_FOLDERS.iter().map(PathBuf::from).collect();
    let mut press = paper_worker::Press::open(Path::new(templates), &fonts)?.outspoken();
    let template = TemplateId::new(template.as_str())?;
    let print_set = press.print_set(&template, 1_772_692_320)?;
    let data = serde_json::from_str(&std::fs::read_to_string(sample)?)?;
    let order = PrintOrder { template, data, print_set, missing_glyphs: MissingGlyphs::Refuse };
    std::fs::write(out, press.render(&order)?.pdf)?;
    Ok(())
}
