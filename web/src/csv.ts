// Comma-separated values (RFC 4180), as src/report/csv.h has them: lines end with CRLF, unknown is an empty field,
// numbers are SI and unrounded.

import type {Head, Table, TableCell} from "./table";

export const csvField = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const headText = (head: Head) => (head.unit ? `${head.label} (${head.unit})` : head.label);
const cellText = (cell: TableCell) => (cell === null ? "" : String(cell));

function joined(table: Table, separator: string, end: string, field: (text: string) => string): string {
  const lines = [table.heads.map((head) => field(headText(head))).join(separator)];
  for (let i = 0; i < table.length; ++i) lines.push(table.row(i).map((cell) => field(cellText(cell))).join(separator));
  return lines.join(end) + end;
}

export const csvOf = (table: Table): string => joined(table, ",", "\r\n", csvField);

// For the clipboard: what every spreadsheet takes as cells.
export const tabbedOf = (table: Table): string => joined(table, "\t", "\n", (text) => text.replace(/[\t\r\n]+/g, " "));

// A file name that every system takes, from a title that may hold anything.
export function fileName(title: string, end: string): string {
  const plain = title.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 80);
  return `${plain || "table"}${end}`;
}
