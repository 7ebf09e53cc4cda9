import { readFileSync } from "node:fs";
import ts from "typescript";

/** A table of the members of an interface, from its doc comments. */
export function outputsTable(file: string, interfaceName: string): string {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
  const found = source.statements.find(
    (statement): statement is ts.InterfaceDeclaration =>
      ts.isInterfaceDeclaration(statement) && statement.name.text === interfaceName,
  );
  if (!found) throw new Error(`${file} has no interface ${interfaceName}`);
  const rows = found.members.map((member) => `| \`${signatureOf(member, source)}\` | ${docOf(member)} |`);
  return ["| output | |", "| --- | --- |", ...rows].join("\n");
}

function signatureOf(member: ts.TypeElement, source: ts.SourceFile): string {
  const text = member
    .getText(source)
    .replace(/^readonly /, "")
    .replace(/;$/, "");
  return text.replaceAll(/\s+/g, " ").replaceAll("|", "\\|");
}

function docOf(member: ts.TypeElement): string {
  const [doc] = ts.getJSDocCommentsAndTags(member);
  const parts = doc && ts.isJSDoc(doc) ? [doc.comment, ...(doc.tags ?? []).map(({ comment }) => comment)] : [];
  const texts = parts.map((part) => (typeof part === "string" ? part.replace(/^- /, "By default ") : ""));
  return texts.filter(Boolean).join(" ").replaceAll("|", "\\|");
}
