namespace Fovea.Training;

/// <summary>How the learning rate moves over a run.</summary>
public enum ScheduleKind
{
    /// <summary>It stays.</summary>
    Constant,

    /// <summary>Half a cosine from the highest to 0.</summary>
    Cosine,

    /// <summary>Divided by 10 after half and after three quarters of the run.</summary>
    Step,

    /// <summary>A rise to the highest, then a cosine to almost 0, with momentum moving the other way.</summary>
    OneCycle,
}
