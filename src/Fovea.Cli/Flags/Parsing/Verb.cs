using System.CommandLine;

namespace Fovea.Cli.Flags;

/// <summary>A verb: a command whose flags come in groups, with examples for its help.</summary>
internal sealed class Verb : Command
{
    private readonly List<FlagGroup> _groups = [];

    /// <summary>Creates a verb.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it does, in a sentence or a few.</param>
    /// <param name="examples">Command lines for the end of its help, at least one.</param>
    public Verb(string name, string description, params string[] examples)
        : base(name, description) => Examples = examples;

    /// <summary>Command lines for the end of the help.</summary>
    public IReadOnlyList<string> Examples { get; }

    /// <summary>The flags by group, in the order of the help.</summary>
    public IReadOnlyList<FlagGroup> Groups => _groups;

    /// <summary>Adds flags under a heading.</summary>
    public void Add(string title, params Option[] options)
    {
        _groups.Add(new FlagGroup(title, options));
        foreach (Option option in options)
        {
            Options.Add(option);
        }
    }

    /// <summary>The <c>--json</c> flag, which every verb that reports has.</summary>
    public Option<bool> AddJson(string help = "Print the result as JSON.")
    {
        var json = new Option<bool>("--json") { Description = help, Arity = ArgumentArity.Zero };
        Add("Output", json);
        return json;
    }

    /// <summary>The <c>--quiet</c> flag, which every verb with progress has.</summary>
    public Option<bool> AddQuiet()
    {
        var quiet = new Option<bool>("--quiet", "-q") { Description = "No progress: only the result, warnings and errors.", Arity = ArgumentArity.Zero };
        Add("Output", quiet);
        return quiet;
    }

    /// <summary>Adds an argument; words that begin like a flag are refused as one, so that a misspelt flag is not taken for a path.</summary>
    /// <param name="name">Its name in the help, which prints it in capitals.</param>
    /// <param name="help">What it is.</param>
    /// <param name="arity">How many words it takes.</param>
    /// <param name="value">What each of them is; null for any text.</param>
    public Argument<T> AddArgument<T>(string name, string help, ArgumentArity arity, FlagValue<string>? value = null)
    {
        var argument = new Argument<T>(name) { Description = help, Arity = arity };
        argument.Validators.Add(result =>
        {
            foreach (string word in result.Tokens.Select(t => t.Value).Where(Usage.LooksLikeFlag))
            {
                result.AddError(Usage.UnknownFlag(this, word));
            }

            foreach (string word in result.Tokens.Select(t => t.Value))
            {
                try
                {
                    (value ?? FlagValues.Text(name)).Read(word);
                }
                catch (FormatException e)
                {
                    result.AddError($"{name.ToUpperInvariant()}: {e.Message}");
                }
            }
        });
        Arguments.Add(argument);
        return argument;
    }
}

/// <summary>Flags under one heading of the help.</summary>
internal sealed record FlagGroup(string Title, IReadOnlyList<Option> Options);
