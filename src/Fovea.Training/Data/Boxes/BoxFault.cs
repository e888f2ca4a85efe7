namespace Fovea.Training.Data;

/// <summary>What can be wrong with a box.</summary>
public enum BoxFaultKind
{
    /// <summary>It has no area, or its corners are the wrong way round: left out.</summary>
    Empty,

    /// <summary>It lies outside of its picture: left out.</summary>
    Outside,

    /// <summary>Its class is none of the data's: left out.</summary>
    UnknownClass,

    /// <summary>It is in the file twice: taken once.</summary>
    Duplicate,

    /// <summary>A part of it lies outside of its picture: taken without that part.</summary>
    Clipped,
}

/// <summary>Something that is wrong with a box.</summary>
/// <param name="Kind">What.</param>
/// <param name="Reason">The file, the box and what is wrong, in a sentence.</param>
public readonly record struct BoxFault(BoxFaultKind Kind, string Reason)
{
    /// <summary>Whether an object is lost by it: so many of them that it is 1 % or more of all boxes, and the data are refused.</summary>
    public bool IsLoss => Kind is BoxFaultKind.Empty or BoxFaultKind.Outside or BoxFaultKind.UnknownClass;
}
