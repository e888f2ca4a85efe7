using Fovea.Attention;

namespace Fovea.Training;

/// <summary>What to compare: a recipe, and what the candidates differ in. A candidate is one of <see cref="Attention"/> from one of <see cref="Starts"/>.</summary>
public sealed record ComparisonOptions
{
    /// <summary>The start that is random weights.</summary>
    public const string RandomStart = "random";

    private const int MostSeeds = 100;
    private const int LongestName = 200;

    /// <summary>
    /// The recipe, the data and the model, the same for all candidates. <see cref="TrainOptions.Attention"/>, <see cref="TrainOptions.Output"/>,
    /// <see cref="TrainOptions.Name"/>, <see cref="TrainOptions.Resume"/> and <see cref="TrainOptions.TimeLimit"/> are left open.
    /// <see cref="TrainOptions.Seed"/> is the first of the seeds. Of <see cref="TrainOptions.AttentionOptions"/> each mechanism gets those that it has.
    /// </summary>
    public TrainOptions Training { get; init; } = new();

    /// <summary><c>--attention</c>: keys of the attention catalogue, and "none".</summary>
    public IReadOnlyList<string> Attention { get; init; } = ["none", "se", "eca", "cbam", "bam", "coordinate", "simam", "triplet"];

    /// <summary>
    /// <c>--start</c>: what the candidates start from, files of weights and <see cref="RandomStart"/>; empty (default) for <see cref="TrainOptions.Weights"/>, or random
    /// weights without.
    /// </summary>
    public IReadOnlyList<string> Starts { get; init; } = [];

    /// <summary><c>--seeds</c>: runs of each candidate, with seeds from <see cref="TrainOptions.Seed"/> on; 1 to 100, default 3. One tells nothing of chance.</summary>
    public int Seeds { get; init; } = 3;

    /// <summary><c>--budget</c>: the time that all runs together should take; candidates are dropped early to keep it. Null (default) drops none.</summary>
    public TimeSpan? Budget { get; init; }

    /// <summary><c>--output</c>: the folder that comparisons are made in; null for <c>runs/compare</c>.</summary>
    public string? Output { get; init; }

    /// <summary><c>--name</c>: name of the comparison's folder; null makes one of the data and the model.</summary>
    public string? Name { get; init; }

    /// <summary><c>--resume</c>: the folder of a comparison to go on with. Of what else is given only threads, workers, memory limit and checkpoint seconds are read.</summary>
    public string? Resume { get; init; }

    /// <summary>Checks what can be checked without the data.</summary>
    /// <exception cref="OptionException">Something does not fit; the message names the flag.</exception>
    public void Validate()
    {
        Training.Validate();
        Require(Seeds is >= 1 and <= MostSeeds, "seeds", $"expected 1 to {MostSeeds}, got {Seeds}.");
        Require(Budget is null || Budget > TimeSpan.Zero, "budget", $"expected a time above 0, got {Budget}.");
        Require(Name is not { Length: > LongestName }, "name", $"expected at most {LongestName} characters, got {Name?.Length}.");
        Require(Training.Attention is null, "model", $"{Training.Model} names the mechanism {Training.Attention}; name the model without it, and the mechanism among --attention.");
        Require(Training is { Resume: null, TimeLimit: null }, "compare", "a comparison has no --resume of a run and no --time-limit; it has --budget, and can be stopped and resumed itself.");
        Require(!Training.AllFolds, "fold", "a comparison judges all candidates on the same images; give one fold, or leave it out.");
        Require(Starts.Count == 0 || Training.Weights is null, "start", "--weights is what all candidates start from, --start what they differ in; leave one of them out.");
        RequireDistinct("attention", Attention);
        RequireDistinct("start", Starts);
        Require(
            Attention.Count >= 1 && Attention.Count * Math.Max(1, Starts.Count) >= 2, "attention",
            $"expected two candidates at least, got {Attention.Count * Math.Max(1, Starts.Count)}; name several mechanisms such as none,se,eca, or several of --start.");
        foreach (string key in Attention.Where(k => k != ModelRequest.NoAttention))
        {
            Require(Catalog.Keys.Contains(key), "attention", $"there is no mechanism \"{key}\"; {Suggestion.Hint(key, [.. Catalog.Keys, ModelRequest.NoAttention])}");
        }

        Require(
            Training.AttentionAt is null || Attention.Any(k => k != ModelRequest.NoAttention), "attention-at", "none of the candidates has a mechanism; leave it out.");
        foreach ((string name, string text) in Training.AttentionOptions)
        {
            Card[] having = [.. Attention.Where(k => k != ModelRequest.NoAttention).Select(k => Catalog.Find(k).Card).Where(c => c.Option(name) is not null)];
            Require(having.Length > 0, "attention-option", $"none of the candidates has an option {name}; expected one that fovea show KEY lists.");
            foreach (Card card in having)
            {
                AttentionOptions.Parse(card, name, text);
            }
        }
    }

    private static void RequireDistinct(string flag, IReadOnlyList<string> names)
    {
        string? twice = names.GroupBy(n => n).FirstOrDefault(g => g.Count() > 1)?.Key;
        Require(twice is null, flag, $"{twice} is there twice; expected each once.");
    }

    private static void Require(bool holds, string flag, string message)
    {
        if (!holds)
        {
            throw new OptionException(flag, message);
        }
    }
}
