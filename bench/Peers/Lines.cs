using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Fovea.Bench.Peers;

/// <summary>
/// What a peer speaks with the comparison: a request a line in, an answer of JSON a line out. Requests:
/// <c>threads N</c>, <c>prepare FOLDER</c>, <c>time ENGINE SECONDS</c>.
/// </summary>
internal static class Lines
{
    private const int MostSamples = 2048;

    /// <summary>Answers until the input ends.</summary>
    /// <param name="name">The engine's.</param>
    /// <param name="version">The engine's.</param>
    /// <param name="setThreads">Takes how many threads it may have.</param>
    /// <param name="prepare">Builds a row from the files in a folder.</param>
    public static void Serve(string name, string version, Action<int> setThreads, Func<string, IWork> prepare)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        Answer(new JsonObject { ["name"] = name, ["version"] = version, ["host"] = $".NET {Environment.Version}" });
        IWork? work = null;
        while (Console.ReadLine()?.Split(' ') is { } words)
        {
            try
            {
                switch (words[0])
                {
                    case "threads":
                        setThreads(int.Parse(words[1], CultureInfo.InvariantCulture));
                        Answer([]);
                        break;
                    case "prepare":
                        // What was before goes first: two rows at once may not fit into memory.
                        work?.Dispose();
                        work = null;
                        work = prepare(words[1]);
                        Answer(new JsonObject
                        {
                            ["checks"] = new JsonObject(work.Checks.Select(e => KeyValuePair.Create(
                                e.Key, (JsonNode?)new JsonObject(e.Value.Select(c => KeyValuePair.Create(c.Key, (JsonNode?)Numbers(c.Value))))))),
                        });
                        break;
                    default:
                        Answer(new JsonObject { ["ms"] = Numbers(Time(work!.Steps[words[1]], double.Parse(words[2], CultureInfo.InvariantCulture))) });
                        break;
                }
            }
            catch (Exception e)
            {
                // Whatever it is, the other side should hear of it and go on with the next row.
                Answer(new JsonObject { ["error"] = $"{e.GetType().Name}: {e.Message}" });
            }
        }

        work?.Dispose();
    }

    /// <summary>Values spread over the whole of an array, the same ones that Fovea's side takes.</summary>
    public static double[] Sample(ReadOnlySpan<float> all)
    {
        int stride = Math.Max(1, all.Length / MostSamples);
        var values = new List<double>();
        for (int i = 0; i < all.Length && values.Count < MostSamples; i += stride)
        {
            values.Add(all[i]);
        }

        return [.. values];
    }

    private static List<double> Time(Action step, double seconds)
    {
        var took = new List<double>();
        long begin = Stopwatch.GetTimestamp();
        do
        {
            long start = Stopwatch.GetTimestamp();
            step();
            took.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        while (Stopwatch.GetElapsedTime(begin).TotalSeconds < seconds);
        return took;
    }

    private static JsonArray Numbers(IEnumerable<double> values) => new([.. values.Select(v => (JsonNode)v)]);

    private static void Answer(JsonObject answer) => Console.WriteLine(answer.ToJsonString());
}

/// <summary>One row of the comparison: a step by engine, and the numbers that all sides must agree on by engine and name.</summary>
internal interface IWork : IDisposable
{
    /// <summary>A step of each engine.</summary>
    IReadOnlyDictionary<string, Action> Steps { get; }

    /// <summary>By engine and name.</summary>
    IReadOnlyDictionary<string, Dictionary<string, double[]>> Checks { get; }
}
