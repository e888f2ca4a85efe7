using System.Globalization;
using Fovea.Bench.Ranks;
using Fovea.Distributed;

// What several processes make of a step, beside one process with as many threads:
//   dotnet build -c Release bench/Fovea.Bench.Ranks
//   bench/Fovea.Bench.Ranks/bin/Release/net10.0/Fovea.Bench.Ranks [rounds]             both ways in turns on this machine, with mpirun
//   bench/Fovea.Bench.Ranks/two-hosts.sh 1gbit [MODEL BATCH SECONDS]                     two network namespaces with such a cable between them (root)
// As a rank, or alone: Fovea.Bench.Ranks MODEL BATCH SECONDS prints images a second, and what travelled.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is [var model, var batch, var seconds])
{
    using ProcessGroup group = ProcessGroup.FromEnvironment();
    if (new Measure(group, model, int.Parse(batch), double.Parse(seconds)).Run() is { } line)
    {
        Console.WriteLine(line);
    }

    return 0;
}

if (args.Length > 1 || (args.Length == 1 && !int.TryParse(args[0], out _)))
{
    Console.Error.WriteLine($"expected a number of rounds (default 5), or MODEL BATCH SECONDS, got \"{string.Join(' ', args)}\".");
    return 2;
}

return Turns.Run(args.Length == 1 ? int.Parse(args[0]) : 5);
