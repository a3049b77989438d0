// Reads {"key", "text"} as JSON lines and answers each with {"key", "errors"}.
import { createInterface } from "node:readline";
import { CharStream, CommonTokenStream, ErrorListener, Token } from "antlr4";
import { PlSqlLexer, PlSqlParser } from "@griffithswaite/ts-plsql-parser";

class Collector extends ErrorListener {
  errors = [];

  syntaxError(_recognizer, _symbol, line, column, message) {
    this.errors.push(`${line}:${column + 1} ${message.slice(0, 200)}`);
  }
}

function listenTo(recognizer, collector) {
  recognizer.removeErrorListeners();
  recognizer.addErrorListener(collector);
}

/** Return what keeps `text` from being one whole statement; a trigger may end in a semicolon. */
function errorsOf(text) {
  const collector = new Collector();
  const lexer = new PlSqlLexer(new CharStream(text));
  const tokens = new CommonTokenStream(lexer);
  const parser = new PlSqlParser(tokens);
  listenTo(lexer, collector);
  listenTo(parser, collector);
  parser.buildParseTrees = false;
  parser.unit_statement();
  if (tokens.LA(1) === PlSqlLexer.SEMICOLON && /\bEND\s*(\w+\s*)?;\s*$/i.test(text)) {
    parser.consume();
  }
  if (tokens.LA(1) !== Token.EOF) {
    const rest = tokens.LT(1);
    collector.errors.push(`${rest.line}:${rest.column + 1} no statement goes on with '${rest.text}'`);
  }
  return collector.errors;
}

for await (const line of createInterface({ input: process.stdin })) {
  const { key, text } = JSON.parse(line);
  process.stdout.write(`${JSON.stringify({ key, errors: errorsOf(text) })}\n`);
}
