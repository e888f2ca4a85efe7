using Fovea.Studio.Wire;

namespace Fovea.Studio.Sessions;

/// <summary>Logits as people read them.</summary>
internal static class ClassScores
{
    private const int Shown = 8;

    /// <summary>Each class with its share after a softmax.</summary>
    public static IReadOnlyList<ClassScore> Of(float[] logits, IReadOnlyList<string> names)
    {
        double[] shares = Softmax(logits);
        return [.. logits.Select((l, i) => new ClassScore(i, i < names.Count ? names[i] : $"class {i}", l, shares[i]))];
    }

    /// <summary>What changed between two runs, of the classes with the largest shares.</summary>
    public static IReadOnlyList<ScoreChange> Changes(IReadOnlyList<float> before, IReadOnlyList<float> after, IReadOnlyList<string> names)
    {
        double[] was = Softmax(before), now = Softmax(after);
        return
        [
            .. before.Select((l, i) => new ScoreChange(i, i < names.Count ? names[i] : $"class {i}", l, after[i], was[i], now[i]))
                .OrderByDescending(c => Math.Max(c.ShareBefore, c.ShareAfter)).Take(Shown),
        ];
    }

    private static double[] Softmax(IReadOnlyList<float> logits)
    {
        double most = logits.Max();
        double[] powers = [.. logits.Select(l => Math.Exp(l - most))];
        double sum = powers.Sum();
        return [.. powers.Select(p => p / sum)];
    }
}
