// Addresses, and what stands around every page.
import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { Suspense, useState } from "react";
import { BrowserRouter, Navigate, Route, Routes } from "react-router";
import { Refusal } from "./api/refusal";
import { Frame } from "./pages/frame";
import { NowherePage } from "./pages/nowhere";
import { PodsPage } from "./pages/pods";
import { SESSION_KEY } from "./pages/session";
import { SiteScope } from "./pages/site";
import { late } from "./ui/late";
import { Mishap } from "./ui/mishap";

// Pages come when they are first opened, but for the one that most visits begin with: what everyone loads stays small.
const SignInPage = late(async () => (await import("./pages/sign-in")).SignInPage);
const NewPodPage = late(async () => (await import("./pages/new-pod")).NewPodPage);
const AccountPage = late(async () => (await import("./pages/account")).AccountPage);
const TeamsPage = late(async () => (await import("./pages/teams")).TeamsPage);
const TeamPage = late(async () => (await import("./pages/team")).TeamPage);
const TrailPage = late(async () => (await import("./pages/trail")).TrailPage);
const NodesPage = late(async () => (await import("./pages/nodes")).NodesPage);
const PodPage = late(async () => (await import("./pages/pod")).PodPage);

function newQueries(): QueryClient {
  const queries: QueryClient = new QueryClient({
    // A session can end while a page is open: ask again who this is, and the frame leads to the sign-in.
    queryCache: new QueryCache({
      onError: (error, query) => {
        const ended = error instanceof Refusal && error.code === 401 && query.queryKey[0] !== SESSION_KEY[0];
        if (ended) queries.invalidateQueries({ queryKey: SESSION_KEY });
      },
    }),
    defaultOptions: {
      // A refusal stays one however often it is asked for; only silence is worth another try.
      queries: {
        retry: (failures, error) => !(error instanceof Refusal) && failures < 2,
        staleTime: 1000,
        // The service may be on this very machine, which is there without any network.
        networkMode: "always",
      },
      mutations: { networkMode: "always" },
    },
  });
  return queries;
}

export function App() {
  const [queries] = useState(newQueries);
  return (
    <QueryClientProvider client={queries}>
      <SiteScope>
        <BrowserRouter>
          <Routes>
            <Route
              path="/sign-in"
              element={
                <Mishap place="sign-in">
                  <Suspense fallback={null}>
                    <SignInPage />
                  </Suspense>
                </Mishap>
              }
            />
            <Route element={<Frame />}>
              <Route index element={<PodsPage />} />
              <Route path="/pods" element={<Navigate to="/" replace />} />
              <Route path="/new" element={<NewPodPage />} />
              <Route path="/pods/:namespace/:name" element={<PodPage />} />
              <Route path="/teams" element={<TeamsPage />} />
              <Route path="/teams/:name" element={<TeamPage />} />
              <Route path="/nodes" element={<NodesPage />} />
              <Route path="/trail" element={<TrailPage />} />
              <Route path="/account" element={<AccountPage />} />
              <Route path="*" element={<NowherePage />} />
            </Route>
          </Routes>
        </BrowserRouter>
      </SiteScope>
    </QueryClientProvider>
  );
}
