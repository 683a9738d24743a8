import { useEffect, useState } from "react";
import { textOf } from "../chat/errors";

/** The answer to what is being typed: asked for when the typing rests, and never overtaken by an older answer. */
export function useQuery<T>(query: string, ask: (query: string) => Promise<readonly T[]>, rest = 200) {
  const [answer, setAnswer] = useState<{ readonly query: string; readonly items: readonly T[]; readonly error: string | null } | null>(null);
  useEffect(() => {
    let current = true;
    const timer = setTimeout(
      () => {
        ask(query).then(
          (items) => current && setAnswer({ query, items, error: null }),
          (failure: unknown) => current && setAnswer({ query, items: [], error: textOf(failure) }),
        );
      },
      query === "" ? 0 : rest,
    );
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [query, ask, rest]);
  return { items: answer?.items ?? [], error: answer?.error ?? null, done: answer?.query === query };
}
