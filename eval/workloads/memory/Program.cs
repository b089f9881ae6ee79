using System.Globalization;
using Ms2m.Memory;

// MEMORY_MB: what it holds. MEMORY_PERCENT: how much of that it rewrites in a second. MEMORY_PORT: where it is asked.
static double Setting(string name, double otherwise) =>
    double.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;

var pages = new Pages((long)(Setting("MEMORY_MB", 100) * 1024 * 1024));
var server = new Server(pages, (int)Setting("MEMORY_PORT", 7070));
new Thread(server.Serve) { IsBackground = true }.Start();

const int RoundsPerSecond = 50;
var perRound = pages.Count * Setting("MEMORY_PERCENT", 2) / 100 / RoundsPerSecond;
var owed = 0.0;
while (true)
{
    owed += perRound;
    pages.Rewrite((int)owed);
    owed -= (int)owed;
    Thread.Sleep(TimeSpan.FromSeconds(1) / RoundsPerSecond);
}
