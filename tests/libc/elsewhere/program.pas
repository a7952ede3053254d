{ A program without libc: its runtime makes the system calls. Writes to a pipe that nobody reads. }
program elsewhere;

uses baseunix;

var
  ends: TFilDes;

begin
  fppipe(ends);
  fpclose(ends[0]);
  if fpwrite(ends[1], 'x', 1) < 0 then
    writeln('write: ', fpgeterrno);
end.
