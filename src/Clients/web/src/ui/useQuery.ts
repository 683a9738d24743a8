import { useCallback, useEffect, useRef, useState } from "react";
import { textOf } from "../chat/errors";

interface Answer<T> {
  readonly query: string;
  readonly items: readonly T[];
  readonly next: string | null;
  readonly error: string | null;
}

interface Items<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** The answer to what is being typed, page by page: asked for when the typing rests, and never overtaken by an older answer. */
export function useQuery<T>(query: string, ask: (query: string, next: string | null) => Promise<Items<T>>, rest = 200) {
  const [answer, setAnswer] = useState<Answer<T> | null>(null);
  const [loadingMore, setLoadingMore] = useState(false);
  const [tries, setTries] = useState(0);
  const asked = useRef(0);

  useEffect(() => {
    const current = ++asked.current;
    setLoadingMore(false);
    const settle = (next: Answer<T>): void => {
      if (asked.current === current) {
        setAnswer(next);
      }
    };
    const timer = setTimeout(
      () => {
        ask(query, null).then(
          (page) => settle({ query, items: page.items, next: page.next, error: null }),
          (failure: unknown) => settle({ query, items: [], next: null, error: textOf(failure) }),
        );
      },
      query === "" ? 0 : rest,
    );
    return () => {
      asked.current++;
      clearTimeout(timer);
    };
  }, [query, ask, rest, tries]);

  const more = useCallback((): void => {
    if (answer === null || answer.next === null || answer.query !== query) {
      return;
    }
    const current = ++asked.current;
    const settle = (change: Partial<Answer<T>>): void => {
      if (asked.current === current) {
        setLoadingMore(false);
        setAnswer({ ...answer, ...change });
      }
    };
    setLoadingMore(true);
    ask(query, answer.next).then(
      (page) => settle({ items: [...answer.items, ...page.items], next: page.next, error: null }),
      (failure: unknown) => settle({ error: textOf(failure) }),
    );
  }, [answer, ask, query]);

  const retry = (): void => (answer !== null && answer.items.length > 0 ? more() : setTries((count) => count + 1));

  return {
    items: answer?.items ?? [],
    error: answer?.error ?? null,
    /** False while the items are those of an older query: they may be looked at, but not acted on. */
    done: answer?.query === query,
    hasMore: answer !== null && answer.query === query && answer.next !== null,
    loadingMore,
    more,
    retry,
  };
}
