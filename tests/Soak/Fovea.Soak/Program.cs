using System.Diagnostics;
using System.Globalization;
using Fovea.Soak.Readers;

namespace Fovea.Soak;

/// <summary>
/// Feeds every reader damaged files: <c>--files 1000000 [--seed S] [--reader png] [--case N] [--save DIR] [--threads T]</c>. The exit code is 0
/// when every file was read or refused with a typed error, within a second and 64 MB; else 1, and 2 when the command line is wrong.
/// </summary>
public static class Program
{
    // A reader that is still at one small file then will never end.
    private const int Hang = 120_000;

    public static int Main(string[] args)
    {
        SoakOptions options;
        try
        {
            options = SoakOptions.Read(args);
        }
        catch (OptionException error)
        {
            Console.Error.WriteLine(error.Message);
            return 2;
        }

        string memory = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();
        string folder = Directory.CreateDirectory(Path.Combine(memory, $"fovea-soak-{Environment.ProcessId}")).FullName;
        try
        {
            return Run(options, folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static int Run(SoakOptions options, string folder)
    {
        Reader[] readers = [.. ReaderTable.All.Where(r => options.Readers.Count == 0 || options.Readers.Contains(r.Name))];
        var results = new List<ReaderResult>();
        long start = Stopwatch.GetTimestamp();
        foreach ((int index, Reader reader) in readers.Index())
        {
            var run = new SoakRun(reader, options, folder, (number, file, fault) => Report(options, reader, number, file, fault));
            int count = options.Files / readers.Length + (index < options.Files % readers.Length ? 1 : 0);
            run.Cases(options.Case ?? 0, options.Case is null ? count : 1, () => Watch(options, reader, run));
            results.Add(run.Result);
            Console.Error.WriteLine($"{reader.Name}: {run.Result.Files} files, {run.Result.Faults.Count} faults, {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s");
        }

        Console.Write(SoakTable.Of(results));
        int faults = results.Sum(r => r.Faults.Count);
        using var process = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{faults} faults; seed {options.Seed}; {options.Threads} threads; {Stopwatch.GetElapsedTime(start).TotalMinutes:F1} minutes; at most "
            + $"{TensorMemory.PeakBytes / 1e6:F1} MB in tensors and {process.PeakWorkingSet64 / 1e6:F0} MB in the process; {TensorMemory.LiveBlocks} blocks left"));
        return faults == 0 ? 0 : 1;
    }

    private static void Watch(SoakOptions options, Reader reader, SoakRun run)
    {
        (int number, long milliseconds) = run.Oldest;
        if (milliseconds > Hang)
        {
            Report(options, reader, number, reader.Case(options.Seed, number), $"has not ended after {milliseconds / 1000} s");
            Environment.Exit(1);
        }
    }

    private static void Report(SoakOptions options, Reader reader, int number, byte[] file, string fault)
    {
        string path = Path.Combine(Directory.CreateDirectory(options.Save).FullName, $"{reader.Name}-{options.Seed}-{number}");
        File.WriteAllBytes(path, file);
        Console.WriteLine($"FAULT: {reader.Name}, case {number} of seed {options.Seed}, {file.Length} bytes, saved as {path}:\n{fault}\n");
    }
}
