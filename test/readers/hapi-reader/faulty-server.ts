import { type HapiStub, hapiStub, type StubAnswer, type StubRequest } from "../../support/hapi-stub.js";
import { type Form, goodAnswer } from "./made-data-set.js";

/** Runs with a stub and ends it. */
export async function withStub<T>(
  answer: (request: StubRequest) => StubAnswer,
  run: (stub: HapiStub) => Promise<T>,
): Promise<T> {
  const stub = await hapiStub(answer);
  try {
    return await run(stub);
  } finally {
    await stub.close();
  }
}

/** Whether records are asked for. */
export const isData = ({ path }: StubRequest): boolean => path.endsWith("/data");

/** A server that makes a fault in its answers with data, as long as there is one in the list. */
export function faulty(form: Form, faults: readonly ((good: StubAnswer) => StubAnswer)[]) {
  const left = [...faults];
  return (request: StubRequest): StubAnswer => {
    const good = goodAnswer(request, form);
    return isData(request) ? (left.shift()?.(good) ?? good) : good;
  };
}
