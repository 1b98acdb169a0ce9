import { describe, expect, it } from "vitest";
import { param, type Sql, sql } from "../../../netdrms/database/sql.js";
import { expectOneStatement } from "../../../netdrms/session/one-statement.js";
import { messageOf } from "../../support/thrown.js";

/** A statement as a client sends it: its whole text, no values. */
const text = (statement: string): Sql => ({ kind: "sql", parts: [statement] });

// What is quoted where: PostgreSQL's documentation, "Lexical Structure", 4.1.2 and 4.1.5.
describe("a statement of a shared session", () => {
  it.each([
    "COMMIT",
    "  rollback;",
    "/* a comment */ COMMIT",
    "/* one /* in another */ still one */ COMMIT",
    "-- a comment\nCOMMIT",
    ";COMMIT",
    "SELECT 1; COMMIT",
    "SELECT 1; ROLLBACK TO SAVEPOINT statement",
    "SELECT ''''; COMMIT --'",
    "SELECT E'\\''; COMMIT --'",
    'SELECT 1 AS "a;b"; END',
    "SELECT $a$ ; $a$; ABORT",
    "SELECT 1) TO STDOUT; COMMIT; COPY (SELECT 1",
  ])("does not end its transaction: %j", (statement) => {
    expect(messageOf(() => expectOneStatement(text(statement)))).toBe(
      "A statement would end the transaction of the session",
    );
  });

  it("is one alone", () => {
    expect(messageOf(() => expectOneStatement(text("SELECT 1; DELETE FROM t")))).toBe(
      "2 statements at once, expected one",
    );
  });

  it.each([
    "SELECT 1;",
    "SELECT 'a; COMMIT'",
    "SELECT 'it''s; COMMIT'",
    "SELECT E'a\\'; COMMIT'",
    "SELECT 'a backslash ends \\' || ' nothing; COMMIT'",
    'SELECT 1 AS "; COMMIT"',
    "SELECT 1 -- ; COMMIT",
    "SELECT 1 /* ; /* */ COMMIT; */",
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN x := 1; COMMIT; END $body$",
    "DO $$ BEGIN PERFORM 1; END $$",
    "SELECT a$1 FROM t",
    "SELECT commit, begins FROM started",
  ])("may hold such words elsewhere: %j", (statement) => {
    expect(() => expectOneStatement(text(statement))).not.toThrow();
  });

  it("keeps values apart", () => {
    expect(() => expectOneStatement(sql`SELECT ${param("'; COMMIT", "text")}`)).not.toThrow();
  });
});
