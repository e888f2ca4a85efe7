namespace Fovea.Imaging.Codecs.Jpeg;

/// <summary>
/// The binary arithmetic decoder (T.81, annex D.2): finds out, decision by decision, in which part of the interval the number lies that
/// the segment's bytes spell. Behind the end of the segment there are zeros, which encoders leave out.
/// </summary>
internal sealed class ArithmeticDecoder
{
    private const int Half = 0x8000;

    private byte _fixed = ProbabilityStates.Fixed;
    private uint _code;
    private int _interval;
    private int _shift;

    /// <summary>Starts with the first bytes of a segment.</summary>
    public ArithmeticDecoder() => Restart();

    /// <summary>Whether a code came that no encoder makes: the rest of the segment is not decoded, as libjpeg has it.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Starts anew behind a restart marker.</summary>
    public void Restart()
    {
        _code = 0;
        _interval = 0;

        // The code register wants two bytes before the first decision.
        _shift = -16;
        IsLost = false;
    }

    /// <summary>Gives up the segment.</summary>
    public void Lose() => IsLost = true;

    /// <summary>A decision of equal chances.</summary>
    public bool DecideEvenly(ref BitReader reader) => Decide(ref reader, ref _fixed);

    /// <summary>Decides, and adapts the estimate.</summary>
    /// <param name="reader">The segment.</param>
    /// <param name="bin">The estimate: its state, and in the top bit the more probable decision.</param>
    public bool Decide(ref BitReader reader, ref byte bin)
    {
        // Renormalise: no interval is below a half. The code register keeps 8 bits to spare, so that bytes come whole.
        while (_interval < Half)
        {
            if (--_shift < 0)
            {
                _code = _code << 8 | reader.TakeByte();
                _shift += 8;
                if (_shift < 0 && ++_shift == 0)
                {
                    _interval = Half;
                }
            }

            _interval <<= 1;
        }

        int state = bin & 127, more = bin & 128, size = ProbabilityStates.Size[state];
        _interval -= size;
        uint border = (uint)_interval << _shift;
        bool below = _code < border;
        if (below && _interval >= Half)
        {
            return more != 0;
        }

        // Where the part called less probable is the larger one, the two names are exchanged (D.2.4).
        bool isMore = below == _interval >= size;
        if (!below)
        {
            _code -= border;
            _interval = size;
        }

        bin = (byte)(more ^ (isMore ? ProbabilityStates.AfterMore[state] : ProbabilityStates.AfterLess[state]));
        return (more != 0) == isMore;
    }
}
