namespace Fovea.Inspect;

/// <summary>What an attention does on a data set, in a word.</summary>
public enum AttentionFinding
{
    /// <summary>It depends on the picture.</summary>
    Active,

    /// <summary>A gate that is the same for every picture: a fixed scaling, which a weight could do.</summary>
    Constant,

    /// <summary>A gate that is open everywhere and always.</summary>
    Open,

    /// <summary>A gate that is shut everywhere and always.</summary>
    Shut,

    /// <summary>A relation that looks at everything alike: a mean.</summary>
    Uniform,

    /// <summary>A relation in which every position looks at itself.</summary>
    Identity,
}
