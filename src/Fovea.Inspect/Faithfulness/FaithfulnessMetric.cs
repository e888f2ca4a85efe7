namespace Fovea.Inspect;

/// <summary>A number that says how faithful a map is.</summary>
public enum FaithfulnessMetric
{
    /// <summary>Area under the deletion curve.</summary>
    Deletion,

    /// <summary>Area under the insertion curve.</summary>
    Insertion,

    /// <summary>ROAD, most relevant first.</summary>
    RoadMost,

    /// <summary>ROAD, least relevant first.</summary>
    RoadLeast,

    /// <summary>ROAD, both combined.</summary>
    Road,

    /// <summary>Share of pictures whose map points at the object.</summary>
    Pointing,

    /// <summary>Share of the map that lies on the object.</summary>
    Energy,

    /// <summary>Rank correlation with the map after all weights were drawn anew.</summary>
    Randomization,
}

/// <summary>What is good in a metric, and how it is called.</summary>
public static class FaithfulnessMetrics
{
    extension(FaithfulnessMetric metric)
    {
        /// <summary>Whether a small value is a good one.</summary>
        public bool IsSmallGood => metric is FaithfulnessMetric.Deletion or FaithfulnessMetric.RoadMost or FaithfulnessMetric.Randomization;

        /// <summary>The heading of its column, with an arrow to where values are good.</summary>
        public string Title => metric switch
        {
            FaithfulnessMetric.RoadMost => "ROAD most first",
            FaithfulnessMetric.RoadLeast => "ROAD least first",
            FaithfulnessMetric.Road => "ROAD",
            FaithfulnessMetric.Randomization => "randomised",
            _ => metric.ToString().ToLowerInvariant(),
        } + (metric.IsSmallGood ? " ↓" : " ↑");
    }
}
