//! The record of processing activities as a file: CSV, a workbook, or JSON-LD.
//!
//! What stands in it is decided in [`ombud_core::statement::register`].

use clap::ValueEnum;
use ombud_core::language::Language;
use ombud_core::statement::Statement;
use ombud_core::statement::register::{Cell, Need, Sheet, Standing, jsonld, register};
use rust_xlsxwriter::{Color, Format as Style, FormatAlign, Workbook, Worksheet, XlsxError};

/// A format of the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Comma-separated values: the controller's part, an empty line, the processor's part
    Csv,
    /// A workbook with a sheet for each part
    Xlsx,
    /// DPV 2.3 in JSON-LD
    Jsonld,
}

/// The register could not be written.
#[derive(Debug, thiserror::Error)]
pub(super) enum RegisterError {
    /// The table could not be written.
    #[error("the register cannot be written as a table")]
    Csv(#[from] csv::Error),
    /// The workbook could not be written.
    #[error("the register cannot be written as a workbook")]
    Xlsx(#[from] XlsxError),
    /// The document could not be written.
    #[error("the register cannot be written as JSON-LD")]
    Json(#[from] serde_json::Error),
}

/// The register in a format. CSV and the workbook are in one language, JSON-LD in all.
///
/// The same statement gives the same bytes, but for the workbook, whose format holds the time of
/// its making; that is fixed to the day from which the statement applies.
///
/// # Errors
///
/// [`RegisterError`] when the format's writer refuses.
pub(super) fn bytes(
    statement: &Statement,
    format: Format,
    language: Language,
) -> Result<Vec<u8>, RegisterError> {
    match format {
        Format::Csv => csv(&register(statement), language),
        Format::Xlsx => xlsx(statement, language),
        Format::Jsonld => {
            let mut bytes = serde_json::to_vec_pretty(&jsonld::document(statement))?;
            bytes.push(b'\n');
            Ok(bytes)
        }
    }
}

/// With a byte order mark, so that spreadsheets read `ø` as `ø`; parts without activities are left
/// out.
fn csv(sheets: &[Sheet], language: Language) -> Result<Vec<u8>, RegisterError> {
    let mut bytes = "\u{feff}".as_bytes().to_vec();
    let filled = sheets.iter().filter(|sheet| !sheet.records.is_empty());
    for (at, sheet) in filled.enumerate() {
        if at > 0 {
            bytes.extend_from_slice(b"\r\n");
        }
        let mut writer = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(&mut bytes);
        for row in sheet.to_rows(language) {
            writer.write_record(row.iter().map(|cell| harmless(cell)))?;
        }
        writer.flush().map_err(csv::Error::from)?;
    }
    Ok(bytes)
}

/// A cell that no spreadsheet takes for a formula.
fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

fn xlsx(statement: &Statement, language: Language) -> Result<Vec<u8>, RegisterError> {
    let mut book = Workbook::new();
    let effective = statement.published.header.effective;
    let (year, month, day) = (effective.year(), effective.month(), effective.day());
    let made = rust_xlsxwriter::ExcelDateTime::from_ymd(
        year.unsigned_abs(),
        month.unsigned_abs(),
        day.unsigned_abs(),
    )?;
    let properties = rust_xlsxwriter::DocProperties::new()
        .set_title(statement.published.header.title.get(language))
        .set_creation_datetime(&made);
    book.set_properties(&properties);
    for sheet in &register(statement) {
        let page = book.add_worksheet();
        page.set_name(sheet.title(language))?;
        fill(page, sheet, language)?;
    }
    Ok(book.save_to_buffer()?)
}

/// Headers by need: what Article 30 asks for stands out. Gaps and decisions have a colour each.
fn fill(page: &mut Worksheet, sheet: &Sheet, language: Language) -> Result<(), RegisterError> {
    for (column, at) in sheet.columns.iter().zip(0_u16..) {
        let colour = match column.need {
            Need::Mandatory => Color::RGB(0x00F4_B183),
            Need::IfApplicable => Color::RGB(0x00FF_E699),
            Need::Asked => Color::RGB(0x00D9_D9D9),
        };
        let style = Style::new()
            .set_bold()
            .set_text_wrap()
            .set_background_color(colour);
        page.write_string_with_format(0, at, column.header(language), &style)?;
        page.set_column_width(at, 28)?;
    }
    for (record, row) in sheet.records.iter().zip(1_u32..) {
        for (cell, at) in record.cells.iter().zip(0_u16..) {
            page.write_string_with_format(row, at, cell.text(language), &style(cell))?;
        }
    }
    page.set_freeze_panes(1, 1)?;
    Ok(())
}

fn style(cell: &Cell) -> Style {
    let style = Style::new().set_text_wrap().set_align(FormatAlign::Top);
    match cell.standing {
        Standing::Gap => style.set_background_color(Color::RGB(0x00F8_CBAD)),
        Standing::Decided(_) => style.set_background_color(Color::RGB(0x00E2_EFDA)),
        Standing::Stated | Standing::NotApplicable => style,
    }
}

#[cfg(test)]
mod tests {
    use ombud_core::statement::load;

    use super::*;

    fn bundled() -> Statement {
        load(crate::bundled::folder()).unwrap()
    }

    #[test]
    fn the_table_reads_back_and_has_every_activity() {
        let statement = bundled();
        for language in Language::ALL {
            let bytes = bytes(&statement, Format::Csv, language).unwrap();
            let text = String::from_utf8(bytes).unwrap();
            let text = text.strip_prefix('\u{feff}').unwrap();
            let mut parts = text.split("\r\n\r\n");
            let mut activities = 0;
            for part in &mut parts {
                let mut reader = csv::Reader::from_reader(part.as_bytes());
                assert!(reader.headers().unwrap().len() > 10);
                activities += reader.records().map(Result::unwrap).count();
            }
            assert_eq!(activities, statement.rules.activities.len());
        }
    }

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(harmless("=1+1"), "'=1+1");
        assert_eq!(harmless("+47 00 00 00 00"), "'+47 00 00 00 00");
        assert_eq!(harmless("name"), "name");
    }

    #[test]
    fn workbook_and_json_ld_are_the_same_each_time() {
        let statement = bundled();
        for format in [Format::Csv, Format::Xlsx, Format::Jsonld] {
            let once = bytes(&statement, format, Language::Nb).unwrap();
            assert!(once.len() > 1_000);
            assert!(
                once == bytes(&statement, format, Language::Nb).unwrap(),
                "{format:?}"
            );
        }
        let workbook = bytes(&statement, Format::Xlsx, Language::En).unwrap();
        assert!(workbook.starts_with(b"PK"));
        let document = bytes(&statement, Format::Jsonld, Language::En).unwrap();
        let document: serde_json::Value = serde_json::from_slice(&document).unwrap();
        let processes = document["dpv:hasProcess"].as_array().unwrap();
        assert_eq!(processes.len(), statement.rules.activities.len());
    }
}
