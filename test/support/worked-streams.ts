/** The stream of text of das2-stream A19.1, 553 bytes. */
export const PUMP_STREAM = `[00]000138<stream version="2.2">
  <properties String:title="Pump 4" Datum:xTagWidth="90 s"
              DatumRange:yRange="0 to 40 V"/>
</stream>
[xx]000051<comment type="taskSize" value="2" source="demo"/>
[01]000185<packet>
  <x type="time20" units="us2000"/>
  <y name="volts" type="ascii9" units="V"/>
  <y name="amps" type="ascii9" units="A">
    <properties double:yFill="-99"/>
  </y>
</packet>
:01:2021-06-30T12:00:00    12.25     0.75
:01:2021-06-30T12:01:00    13.50      -99
[xx]000055<comment type="taskProgress" value="2" source="demo"/>
`;
