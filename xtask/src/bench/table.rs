//! Figures of many runs, and tables of them.

use super::measure::Sample;
use std::fmt::Write as _;

/// The samples of one program on one engine.
#[derive(Default)]
pub(super) struct Cell {
    cpu: Vec<f64>,
    memory: Vec<f64>,
}

impl Cell {
    pub(super) fn add(&mut self, sample: &Sample) {
        self.cpu.push(sample.cpu);
        self.memory.push(sample.memory);
    }

    pub(super) fn runs(&self) -> usize {
        self.cpu.len()
    }

    /// Seconds of all runs together.
    pub(super) fn spent(&self) -> f64 {
        self.cpu.iter().sum()
    }

    pub(super) fn seconds(&self) -> Option<f64> {
        median(&self.cpu)
    }

    fn memory(&self) -> Option<f64> {
        median(&self.memory)
    }
}

/// A row: a program and its cell for each column.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) cells: Vec<Cell>,
}

/// Programs by engines.
pub(super) struct Table {
    pub(super) columns: Vec<&'static str>,
    pub(super) rows: Vec<Row>,
}

impl Table {
    /// Seconds, with their ratio to the column `base`, and the geometric means of the ratios.
    pub(super) fn seconds(&self, base: &str) -> String {
        self.render(base, Cell::seconds, |seconds| match seconds {
            s if s < 0.0995 => format!("{s:.3}"),
            s if s < 9.95 => format!("{s:.2}"),
            s => format!("{s:.1}"),
        })
    }

    /// Peak memory in MiB, with its ratio to the column `base`.
    pub(super) fn memory(&self, base: &str) -> String {
        self.render(base, Cell::memory, |memory| format!("{memory:.0}"))
    }

    fn render(
        &self,
        base: &str,
        figure: impl Fn(&Cell) -> Option<f64>,
        show: impl Fn(f64) -> String,
    ) -> String {
        let base = self.columns.iter().position(|name| *name == base);
        let mut lines = vec![vec!["".to_string()]];
        lines[0].extend(self.columns.iter().map(ToString::to_string));
        let mut ratios = vec![Vec::new(); self.columns.len()];
        for row in &self.rows {
            let base = base.and_then(|base| figure(&row.cells[base]));
            let mut line = vec![row.name.clone()];
            for (cell, ratios) in row.cells.iter().zip(&mut ratios) {
                line.push(match (figure(cell), base) {
                    (None, _) => "–".to_string(),
                    (Some(x), None) => show(x),
                    (Some(x), Some(base)) => {
                        ratios.push(x / base);
                        format!("{} ({:.2})", show(x), x / base)
                    }
                });
            }
            lines.push(line);
        }
        if base.is_some() && self.rows.len() > 1 {
            let mut line = vec!["geometric mean".to_string()];
            line.extend(ratios.iter().map(|ratios| match geometric_mean(ratios) {
                Some(mean) => format!("({mean:.2})"),
                None => "–".to_string(),
            }));
            lines.push(line);
        }
        markdown(&lines)
    }
}

/// A table in Markdown whose source is one to read, too.
fn markdown(lines: &[Vec<String>]) -> String {
    let widths: Vec<usize> = (0..lines[0].len())
        .map(|column| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0))
        .collect();
    let mut text = String::new();
    for (number, line) in lines.iter().enumerate() {
        for (column, cell) in line.iter().enumerate() {
            let width = widths[column];
            let _ = match column {
                0 => write!(text, "| {cell:<width$} |"),
                _ => write!(text, " {cell:>width$} |"),
            };
        }
        text.push('\n');
        if number == 0 {
            for (column, &width) in widths.iter().enumerate() {
                let dashes = "-".repeat(width + 1);
                text += &if column == 0 { format!("|{dashes}-|") } else { format!("{dashes}:|") };
            }
            text.push('\n');
        }
    }
    text
}

pub(super) fn median(samples: &[f64]) -> Option<f64> {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        count if count % 2 == 1 => Some(sorted[middle]),
        _ => Some((sorted[middle - 1] + sorted[middle]) / 2.0),
    }
}

fn geometric_mean(ratios: &[f64]) -> Option<f64> {
    let logarithms: f64 = ratios.iter().map(|ratio| ratio.ln()).sum();
    (!ratios.is_empty()).then(|| (logarithms / ratios.len() as f64).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(cpu: &[f64]) -> Cell {
        Cell { cpu: cpu.to_vec(), memory: vec![1.0] }
    }

    #[test]
    fn figures_are_medians_and_ratios() {
        let rows = vec![
            Row { name: "a".into(), cells: vec![cell(&[3.0, 1.0, 9.0]), cell(&[6.0])] },
            Row { name: "b".into(), cells: vec![cell(&[0.01, 0.03]), cell(&[0.01])] },
            Row { name: "c".into(), cells: vec![cell(&[2.0]), cell(&[])] },
        ];
        let table = Table { columns: vec!["x", "y"], rows };
        let expected = "\
|                |            x |            y |
|----------------|-------------:|-------------:|
| a              |  3.00 (0.50) |  6.00 (1.00) |
| b              | 0.020 (2.00) | 0.010 (1.00) |
| c              |         2.00 |            – |
| geometric mean |       (1.00) |       (1.00) |
";
        assert_eq!(table.seconds("y"), expected);
    }
}
