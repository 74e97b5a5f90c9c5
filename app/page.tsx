export default function Page() {
  return <h1>Server Send Events</h1>;
}
