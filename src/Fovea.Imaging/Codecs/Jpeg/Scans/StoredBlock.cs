namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>A block whose coefficients are kept until all scans are read.</summary>
internal readonly ref struct StoredBlock(Span<short> values, ref ulong present)
{
    /// <summary>The coefficients in zigzag order.</summary>
    public readonly Span<short> Values = values;

    /// <summary>Bit k is set where coefficient k may differ from zero.</summary>
    public readonly ref ulong Present = ref present;

    /// <summary>Sets a coefficient. A run in damaged data can step past the block; such a one lands on the last place.</summary>
    public void Set(int k, int value)
    {
        k = Math.Min(k, 63);
        Values[k] = (short)value;
        Present |= 1UL << k;
    }
}
