using System.Diagnostics;
using System.Globalization;

namespace Fovea.Bench.Ranks;

/// <summary>One process with two threads, and two with one each, in turns, so that both meet the same machine.</summary>
internal static class Turns
{
    private const string Seconds = "6";
    private static readonly (string Model, int Batch)[] s_cases = [("resnet20-cifar", 128), ("resnet50", 8)];

    public static int Run(int rounds)
    {
        Console.WriteLine($"{"network",-16} {"batch",5} {"1 process",12} {"2 ranks",12} {"ratio",6}   sent a step, at work, awaited, hidden");
        foreach ((string model, int batch) in s_cases)
        {
            var alone = new List<double[]>();
            var ranks = new List<double[]>();
            for (int round = 0; round < rounds; round++)
            {
                alone.Add(Ask([Environment.ProcessPath!, model, $"{batch}", Seconds]));
                ranks.Add(Ask(["mpirun", "-n", "2", Environment.ProcessPath!, model, $"{batch}", Seconds]));
            }

            double one = alone.Select(r => r[0]).Order().ElementAt(rounds / 2);
            double[] two = ranks.OrderBy(r => r[0]).ElementAt(rounds / 2);
            Console.WriteLine(
                $"{model,-16} {batch,5} {one,8:0.0}/s {two[0],8:0.0}/s {two[0] / one,6:0.00}   {two[2] / 1e6:0.00} MB, {two[3]:0.00} ms, {two[4]:0.00} ms, {two[5]:P0} (step {two[1]:0.0} ms)");
        }

        return 0;
    }

    private static double[] Ask(string[] words)
    {
        var start = new ProcessStartInfo(words[0], words[1..]) { RedirectStandardOutput = true };
        (start.Environment["OMPI_ALLOW_RUN_AS_ROOT"], start.Environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"], start.Environment["TERM"]) = ("1", "1", "dumb");
        using Process process = Process.Start(start)!;
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        string line = text.Split('\n').FirstOrDefault(l => l.Count(c => c == '\t') == 5) ?? throw new InvalidOperationException($"{string.Join(' ', words)} said: {text}");
        return [.. line.Trim().Split('\t').Select(w => double.Parse(w, CultureInfo.InvariantCulture))];
    }
}
