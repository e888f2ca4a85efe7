using System.Globalization;

namespace Fovea.Bench.Compare;

/// <summary>What the command line asks for. A flag that is not known, lacks its value or has a wrong one is an error.</summary>
internal sealed record Settings
{
    /// <summary>Parts to run, each once; none means all.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>What the names of rows must contain.</summary>
    public string Only { get; init; } = string.Empty;

    /// <summary>Threads of every engine.</summary>
    public int Threads { get; init; } = 2;

    /// <summary>For each engine of each row.</summary>
    public double Seconds { get; init; } = 1;

    /// <summary>The Python that has PyTorch.</summary>
    public string Python { get; init; } = File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

    /// <summary>Where results are written.</summary>
    public string Output { get; init; } = Path.Combine("bench", "results");

    /// <summary>A page of the documentation to write anew; empty for none.</summary>
    public string Page { get; init; } = string.Empty;

    /// <summary>Another build of this program, to be measured beside instead of other engines; empty for none.</summary>
    public string Before { get; init; } = string.Empty;

    /// <summary>Answer another build of this program.</summary>
    public bool IsPeer { get; init; }

    /// <summary>Only print what there is.</summary>
    public bool List { get; init; }

    /// <summary>Whether a part was asked for.</summary>
    public bool Has(string group) => Groups.Count == 0 || Groups.Contains(group);

    /// <summary>Reads the command line. <c>--group</c> may be given several times: all of them run.</summary>
    /// <param name="args">The words.</param>
    /// <param name="groups">The parts that there are.</param>
    /// <exception cref="OptionException">A word does not fit.</exception>
    public static Settings Read(IReadOnlyList<string> args, IReadOnlyList<string> groups)
    {
        var settings = new Settings();
        var given = new HashSet<string>();
        for (int i = 0; i < args.Count; i++)
        {
            string flag = args[i];
            if (!given.Add(flag) && flag != "--group")
            {
                throw new OptionException(flag, "is given twice; leave one.");
            }

            settings = flag switch
            {
                "--before" => settings with { Before = Value() },
                "--peer" => settings with { IsPeer = true },
                "--list" => settings with { List = true },
                "--group" => settings with { Groups = [.. settings.Groups.Append(Group(Value())).Distinct()] },
                "--only" => settings with { Only = Value() },
                "--threads" => settings with { Threads = int.TryParse(Value(), NumberStyles.None, CultureInfo.InvariantCulture, out int n) && n > 0 ? n : throw Wrong("a whole number of at least 1") },
                "--seconds" => settings with { Seconds = double.TryParse(Value(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double s) && s > 0 ? s : throw Wrong("a number above 0") },
                "--python" => settings with { Python = Value() },
                "--output" => settings with { Output = Value() },
                "--page" => settings with { Page = Value() },
                _ => throw new OptionException(flag, $"there is no such flag; {Suggestion.Hint(flag, ["--group", "--only", "--threads", "--seconds", "--python", "--output", "--page", "--before", "--peer", "--list"])}"),
            };

            string Value() => i + 1 < args.Count && !args[i + 1].StartsWith("--", StringComparison.Ordinal) ? args[++i] : throw Wrong("a value");

            OptionException Wrong(string expected) => new(flag, $"expected {expected}, got {(i < args.Count && args[i] != flag ? args[i] : "nothing")}.");
        }

        return settings;

        string Group(string name) => groups.Contains(name) ? name : throw new OptionException("--group", $"there is no group \"{name}\"; {Suggestion.Hint(name, groups)}");
    }
}
