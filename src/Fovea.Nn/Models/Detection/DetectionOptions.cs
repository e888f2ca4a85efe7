namespace Fovea.Models;

/// <summary>How a network's outputs become boxes.</summary>
public sealed record DetectionOptions
{
    /// <summary>The score that a box must exceed, 0 to 1; default 0.05.</summary>
    public double ScoreThreshold { get; init; } = 0.05;

    /// <summary>How far a box may lie over a better one of its class, as IoU from 0 to 1; default 0.5.</summary>
    public double NmsThreshold { get; init; } = 0.5;

    /// <summary>What becomes of a box that lies further over a better one; default: it goes.</summary>
    public Suppression Suppression { get; init; }

    /// <summary>σ of the Gaussian suppression, above 0; default 0.5.</summary>
    public double Sigma { get; init; } = 0.5;

    /// <summary>The most boxes of a level that suppression looks at, the best; at least 1, default 1000.</summary>
    public int Candidates { get; init; } = 1000;

    /// <summary>The most boxes of a picture, the best; at least 1, default 100.</summary>
    public int MaxDetections { get; init; } = 100;

    /// <summary>Checks every option.</summary>
    /// <exception cref="OptionException">One is out of range.</exception>
    public void Validate()
    {
        Require(ScoreThreshold is >= 0 and <= 1, "score threshold", "0 to 1", ScoreThreshold);
        Require(NmsThreshold is >= 0 and <= 1, "NMS threshold", "0 to 1", NmsThreshold);
        Require(Sigma is > 0 and < double.PositiveInfinity, "sigma", "a number above 0", Sigma);
        Require(Candidates >= 1, "candidates", "at least 1", Candidates);
        Require(MaxDetections >= 1, "detections", "at least 1", MaxDetections);
    }

    private static void Require(bool holds, string name, string expected, double value)
    {
        if (!holds)
        {
            throw new OptionException("detection", $"{name}: expected {expected}, got {value}.");
        }
    }
}
