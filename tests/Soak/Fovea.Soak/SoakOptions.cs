using System.Globalization;
using Fovea.Soak.Readers;

namespace Fovea.Soak;

/// <summary>What the command line asks for.</summary>
public sealed record SoakOptions
{
    /// <summary>How many files in all, shared equally among the readers.</summary>
    public int Files { get; init; } = 100_000;

    public int Seed { get; init; } = 1;

    /// <summary>The readers that run; none means all.</summary>
    public IReadOnlyList<string> Readers { get; init; } = [];

    /// <summary>The one case that runs, or null for all.</summary>
    public int? Case { get; init; }

    /// <summary>Where the bytes of faults are saved.</summary>
    public string Save { get; init; } = Path.Combine(Path.GetTempPath(), "fovea-soak");

    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <exception cref="OptionException">A word does not fit.</exception>
    public static SoakOptions Read(IReadOnlyList<string> args)
    {
        var options = new SoakOptions();
        string[] names = [.. ReaderTable.All.Select(r => r.Name)];
        for (int i = 0; i < args.Count; i += 2)
        {
            string flag = args[i], value = i + 1 < args.Count ? args[i + 1] : throw new OptionException(flag, "expected a value, got nothing.");
            options = flag switch
            {
                "--files" => options with { Files = Number(1) },
                "--seed" => options with { Seed = Number(0) },
                "--reader" => options with
                {
                    Readers = names.Contains(value) ? [.. options.Readers, value] : throw new OptionException(flag, $"there is no reader \"{value}\"; there are {string.Join(", ", names)}."),
                },
                "--case" => options with { Case = Number(0) },
                "--save" => options with { Save = value },
                "--threads" => options with { Threads = Number(1) },
                _ => throw new OptionException(flag, "there is no such flag; there are --files, --seed, --reader, --case, --save and --threads."),
            };

            int Number(int least) => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least
                ? number
                : throw new OptionException(flag, $"expected a whole number of at least {least}, got {value}.");
        }

        return options.Case is null || options.Readers.Count == 1
            ? options
            : throw new OptionException("--case", "needs one --reader, whose case it is.");
    }
}
